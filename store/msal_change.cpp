#include "store/msal_change.hpp"

#include "store/json_stream.hpp"
#include "store/msal_plan.hpp"
#include "store/sensitive_output.hpp"

#include <rapidjson/encodings.h>
#include <rapidjson/prettywriter.h>

#include <utility>

namespace midas::internal {

namespace {

// The handler of RapidJSON's reader, which dictates the names of the functions.
class cache_rewriter {
 public:
  cache_rewriter(std::size_t expected, const msal_scan& scan, const planned_change& change,
                 const cache_owner& owner)
      : output_(expected), writer_(output_), scan_(scan), change_(change), owner_(owner) {}

  [[nodiscard]] sensitive_string take() && { return std::move(output_).take(); }

  // NOLINTBEGIN(readability-identifier-naming)
  bool Null() { return keeps_scalar() ? writer_.Null() : true; }
  bool Bool(bool value) { return keeps_scalar() ? writer_.Bool(value) : true; }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    return keeps_scalar() ? writer_.RawValue(text, size, rapidjson::kNumberType) : true;
  }
  bool String(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    return keeps_scalar() ? put_string({text, size}) : true;
  }
  bool StartObject() {
    if (!open(false)) {
      return true;
    }
    const bool is_written = writer_.StartObject();
    if (position_.is_named() && position_.depth() == 2 && in(msal::midas_section)) {
      add_owner();
    }
    return is_written;
  }
  bool StartArray() {
    if (!open(true)) {
      return true;
    }
    return writer_.StartArray();
  }
  bool EndObject(rapidjson::SizeType /*unused*/) {
    if (is_dropping()) {
      close();
      return true;
    }
    add_members();
    close();
    return writer_.EndObject();
  }
  bool EndArray(rapidjson::SizeType /*unused*/) {
    const bool kept = !is_dropping();
    close();
    return !kept || writer_.EndArray();
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
    return put_string({text, size});
  }

  // Required by the reader, but not called, since numbers are kept as text.
  static bool Int(int) { return false; }
  static bool Uint(unsigned) { return false; }
  static bool Int64(std::int64_t) { return false; }
  static bool Uint64(std::uint64_t) { return false; }
  static bool Double(double) { return false; }
  // NOLINTEND(readability-identifier-naming)

 private:
  using writer = rapidjson::PrettyWriter<sensitive_output, rapidjson::UTF8<>, rapidjson::ASCII<>>;

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

  template <class Members>
  void add_object(std::string_view name, Members members) {
    put_name(name);
    writer_.StartObject();
    members();
    writer_.EndObject();
  }

  void add_sections() {
    if (!scan_.access_tokens.is_object) {
      add_object(msal::access_token, [this] { add_entries(); });
    }
    if (!scan_.app_metadata.is_object) {
      add_object(msal::app_metadata, [this] { add_metadata(); });
    }
    if (!scan_.midas.is_object) {
      add_object(msal::midas_section, [this] {
        add_owner();
        add_marks_section();
      });
    }
  }

  void add_entries() {
    for (const auto& [key, token] : change_.added) {
      add_object(key, [this, each = token] { add_entry(*each); });
    }
  }

  void add_entry(const stored_token& token) {
    const auto& grant = token.grant;
    put("credential_type", msal::access_token);
    put("secret", grant.token.reveal());
    put_name(name_of(entry_field::home_account_id));
    writer_.Null();
    put("environment", msal::environment);
    put("client_id", msal_client_id(token.identity));
    put("target", grant.resource);
    put("realm", msal::realm);
    put("token_type", grant.token_type);
    put("cached_at", seconds_text(token.cached_at));
    put("expires_on", seconds_text(grant.expires_on));
    put("extended_expires_on", seconds_text(grant.expires_on));
    if (grant.refresh_on) {
      put("refresh_on", seconds_text(*grant.refresh_on));
    }
  }

  void add_metadata() {
    for (const auto& client_id : change_.added_metadata) {
      add_object(app_metadata_key(client_id), [&] {
        put("client_id", client_id);
        put("environment", msal::environment);
      });
    }
  }

  void add_owner() {
    put("machine", owner_.machine);
    put("since", change_.since);
  }

  void add_marks_section() {
    add_object("tokens", [this] { add_marks(); });
  }

  void add_marks() {
    for (const auto& [key, token] : change_.added) {
      add_object(key, [this, each = token] {
        put("id_kind", id_kind_name(each->identity.kind()));
        put("machine", owner_.machine);
        put("cached_at", seconds_text(each->cached_at));
        put("expires_on", seconds_text(each->grant.expires_on));
      });
    }
  }

  // A name or a value. RapidJSON's writer looks at one character after the other, which takes most
  // of the time for a token.
  bool put_string(std::string_view text) {
    if (!is_plain(text)) {
      return writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    }
    const bool is_written = writer_.RawValue("", 0, rapidjson::kStringType);
    output_.Put('"');
    output_.append(text);
    output_.Put('"');
    return is_written;
  }

  void put_name(std::string_view name) { put_string(name); }
  void put(std::string_view name, std::string_view value) {
    put_name(name);
    put_string(value);
  }

  sensitive_output output_;
  writer writer_;
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
