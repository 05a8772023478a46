#include "store/msal_change.hpp"

#include "store/cache_writer.hpp"
#include "store/json_stream.hpp"
#include "store/msal_plan.hpp"

#include <utility>

namespace midas::internal {

namespace {

// The handler of RapidJSON's reader, which dictates the names of the functions.
class cache_rewriter {
 public:
  cache_rewriter(std::size_t expected, const msal_scan& scan, const planned_change& change,
                 const cache_owner& owner)
      : writer_(expected), scan_(scan), change_(change), owner_(owner) {}

  [[nodiscard]] sensitive_string take() && { return std::move(writer_).take(); }

  // NOLINTBEGIN(readability-identifier-naming)
  bool Null() { return keeps_scalar() ? writer_.put_null() : true; }
  bool Bool(bool value) { return keeps_scalar() ? writer_.put_bool(value) : true; }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    return keeps_scalar() ? writer_.put_number({text, size}) : true;
  }
  bool String(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    return keeps_scalar() ? writer_.put_string({text, size}) : true;
  }
  bool StartObject() {
    if (!open(false)) {
      return true;
    }
    const bool is_written = writer_.begin_object();
    if (position_.is_named() && position_.depth() == 2 && in(msal::midas_section)) {
      add_owner();
    }
    return is_written;
  }
  bool StartArray() {
    if (!open(true)) {
      return true;
    }
    return writer_.begin_array();
  }
  bool EndObject(rapidjson::SizeType /*unused*/) {
    if (is_dropping()) {
      close();
      return true;
    }
    add_members();
    close();
    return writer_.end_object();
  }
  bool EndArray(rapidjson::SizeType /*unused*/) {
    const bool kept = !is_dropping();
    close();
    return !kept || writer_.end_array();
  }
  bool Key(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    position_.enter_member({text, size});
    if (is_dropping()) {
      return true;
    }
    if (position_.is_named() && drops_member({text, size})) {
      dropped_at_ = position_.depth();
      return true;
    }
    return writer_.put_string({text, size});
  }

  // Required by the reader, but not called, since numbers are kept as text.
  static bool Int(int) { return false; }
  static bool Uint(unsigned) { return false; }
  static bool Int64(std::int64_t) { return false; }
  static bool Uint64(std::uint64_t) { return false; }
  static bool Double(double) { return false; }
  // NOLINTEND(readability-identifier-naming)

 private:
  // The member at this depth, with all of its value, is left out.
  [[nodiscard]] bool is_dropping() const noexcept { return dropped_at_ != 0; }

  // A scalar at the depth of the dropped member is its whole value.
  bool keeps_scalar() noexcept {
    const bool keeps = !is_dropping();
    if (dropped_at_ == position_.depth()) {
      dropped_at_ = 0;
    }
    return keeps;
  }

  bool open(bool is_array) {
    static_cast<void>(position_.open(is_array));
    return !is_dropping();
  }
  void close() {
    position_.close();
    if (dropped_at_ == position_.depth()) {
      dropped_at_ = 0;
    }
  }

  [[nodiscard]] bool in(std::string_view section) const noexcept {
    return position_.name(1) == section;
  }

  bool drops_member(std::string_view name) {
    switch (position_.depth()) {
      case 1:
        return name == msal::access_token    ? is_overridden(scan_.access_tokens, seen_tokens_)
               : name == msal::app_metadata  ? is_overridden(scan_.app_metadata, seen_metadata_)
               : name == msal::midas_section ? is_overridden(scan_.midas, seen_midas_)
                                             : false;
      case 2:
        if (in(msal::access_token)) {
          return change_.dropped_entries.contains(std::string{name});
        }
        if (!in(msal::midas_section)) {
          return false;
        }
        return name == "tokens" ? is_overridden(scan_.marks_section, seen_marks_)
                                : name == "machine" || name == "since";
      case 3:
        return in(msal::midas_section) && position_.name(2) == "tokens" &&
               change_.dropped_marks.contains(name);
      default:
        return false;
    }
  }

  static bool is_overridden(const scanned_section& section, std::size_t& seen) noexcept {
    ++seen;
    return seen != section.occurrences || !section.is_object;
  }

  // At the end of an object: what belongs there, and is not there yet.
  void add_members() {
    if (!position_.is_named()) {
      return;
    }
    switch (position_.depth()) {
      case 1:
        add_sections();
        break;
      case 2:
        if (in(msal::access_token)) {
          add_entries();
        } else if (in(msal::app_metadata)) {
          add_metadata();
        } else if (in(msal::midas_section) && !scan_.marks_section.is_object) {
          add_marks_section();
        }
        break;
      case 3:
        if (in(msal::midas_section) && position_.name(2) == "tokens") {
          add_marks();
        }
        break;
      default:
        break;
    }
  }

  void add_sections() {
    if (!scan_.access_tokens.is_object) {
      writer_.put_object(msal::access_token, [this] { add_entries(); });
    }
    if (!scan_.app_metadata.is_object) {
      writer_.put_object(msal::app_metadata, [this] { add_metadata(); });
    }
    if (!scan_.midas.is_object) {
      writer_.put_object(msal::midas_section, [this] {
        add_owner();
        add_marks_section();
      });
    }
  }

  void add_entries() {
    for (const auto& [key, token] : change_.added) {
      writer_.put_object(key, [this, each = token] { writer_.put_entry(*each); });
    }
  }

  void add_metadata() {
    for (const auto& client_id : change_.added_metadata) {
      writer_.put_object(app_metadata_key(client_id), [&] {
        writer_.put("client_id", client_id);
        writer_.put("environment", msal::environment);
      });
    }
  }

  void add_owner() {
    writer_.put("machine", owner_.machine);
    writer_.put("since", change_.since);
  }

  void add_marks_section() {
    writer_.put_object("tokens", [this] { add_marks(); });
  }

  void add_marks() {
    for (const auto& [key, token] : change_.added) {
      writer_.put_object(key, [this, each = token] { writer_.put_mark(*each, owner_.machine); });
    }
  }

  cache_writer writer_;
  const msal_scan& scan_;
  const planned_change& change_;
  const cache_owner& owner_;
  json_position position_;
  // The depth of the member that is being left out; 0 if none is.
  std::size_t dropped_at_ = 0;
  std::size_t seen_tokens_ = 0;
  std::size_t seen_metadata_ = 0;
  std::size_t seen_midas_ = 0;
  std::size_t seen_marks_ = 0;
};

}  // namespace

sensitive_string rewrite_msal_cache(sensitive_string text, const msal_scan& scan,
                                    const cache_change& change, const cache_owner& owner) {
  const auto planned = plan_change(scan, change, owner);
  constexpr std::size_t size_of_entry = 1'024;
  auto expected = text.size() + size_of_entry;
  for (const auto& [key, token] : planned.added) {
    expected += size_of_entry + token->grant.token.size();
  }
  if (text.find_first_not_of(" \t\r\n") == sensitive_string::npos) {
    text = "{}";
  }
  cache_rewriter rewriter{expected, scan, planned, owner};
  read_in_place(text, rewriter);
  return std::move(rewriter).take();
}

}  // namespace midas::internal
