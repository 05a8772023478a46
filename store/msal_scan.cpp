#include "store/msal_scan.hpp"

#include "store/json_stream.hpp"

#include <algorithm>
#include <utility>

namespace midas::internal {

namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(entry_field::count)> field_names{
    "secret",    "home_account_id", "environment", "client_id", "target",  "realm",   "token_type",
    "cached_at", "expires_on",      "refresh_on",  "id_kind",   "machine", "endpoint"};

enum class json_scalar : std::uint8_t { null, number, other };

// The handler of RapidJSON's reader, which dictates the names of the functions.
class cache_scanner {
 public:
  [[nodiscard]] msal_scan take() && { return std::move(scan_); }

  // NOLINTBEGIN(readability-identifier-naming)
  bool Null() { return scalar({}, json_scalar::null); }
  bool Bool(bool /*unused*/) { return scalar({}); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    return scalar({text, size}, json_scalar::number);
  }
  bool String(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    return scalar({text, size});
  }
  bool StartObject() {
    if (position_.depth() != 0) {
      begin_value(true);
    }
    return position_.open(false);
  }
  bool StartArray() {
    if (position_.depth() == 0) {
      return false;
    }
    begin_value(false);
    return position_.open(true);
  }
  bool EndObject(rapidjson::SizeType /*unused*/) { return close(); }
  bool EndArray(rapidjson::SizeType /*unused*/) { return close(); }
  bool Key(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    position_.enter_member({text, size});
    return true;
  }

  // Required by the reader, but not called, since numbers are kept as text.
  static bool Int(int) { return false; }
  static bool Uint(unsigned) { return false; }
  static bool Int64(std::int64_t) { return false; }
  static bool Uint64(std::uint64_t) { return false; }
  static bool Double(double) { return false; }
  // NOLINTEND(readability-identifier-naming)

 private:
  bool close() {
    position_.close();
    return true;
  }

  bool scalar(std::string_view text, json_scalar kind = json_scalar::other) {
    if (position_.depth() == 0) {
      return false;
    }
    begin_value(false);
    if (!position_.is_named()) {
      return true;
    }
    const auto depth = position_.depth();
    if (in(msal::access_token) && depth == 3) {
      set(scan_.entries.back(), text, kind);
    } else if (in(msal::midas_section) && depth == 2) {
      if (position_.name(2) == "machine") {
        scan_.machine = text;
      } else if (position_.name(2) == "since") {
        scan_.since = text;
      }
    } else if (in_marks() && depth == 4) {
      set(scan_.marks[position_.name(3)], text, kind);
    }
    return true;
  }

  // A value of any kind: what was read under the same name before does not count.
  void begin_value(bool is_object) {
    if (!position_.is_named()) {
      return;
    }
    const auto depth = position_.depth();
    if (depth == 1) {
      begin_section(is_object);
    } else if (depth == 2 && in(msal::access_token)) {
      scan_.entries.push_back({.key = position_.name(2)});
    } else if (depth == 2 && in(msal::app_metadata)) {
      scan_.app_metadata_keys.insert(position_.name(2));
    } else if (depth == 2 && in(msal::midas_section) && position_.name(2) == "tokens") {
      scan_.marks.clear();
      again(scan_.marks_section, is_object);
    } else if (depth == 3 && in_marks()) {
      scan_.marks.insert_or_assign(position_.name(3), scanned_entry{.key = position_.name(3)});
    }
  }

  void begin_section(bool is_object) {
    if (in(msal::access_token)) {
      scan_.entries.clear();
      again(scan_.access_tokens, is_object);
    } else if (in(msal::app_metadata)) {
      scan_.app_metadata_keys.clear();
      again(scan_.app_metadata, is_object);
    } else if (in(msal::midas_section)) {
      scan_.marks.clear();
      scan_.machine = {};
      scan_.since = {};
      scan_.marks_section = {};
      again(scan_.midas, is_object);
    }
  }

  static void again(scanned_section& section, bool is_object) {
    ++section.occurrences;
    section.is_object = is_object;
  }

  void set(scanned_entry& entry, std::string_view text, json_scalar kind) const {
    const auto name = position_.name(position_.depth());
    const auto found = std::ranges::find(field_names, name);
    if (found == field_names.end()) {
      return;
    }
    const auto index = static_cast<std::size_t>(found - field_names.begin());
    const auto field = static_cast<entry_field>(index);
    const bool may_be_number = field == entry_field::cached_at ||
                               field == entry_field::expires_on || field == entry_field::refresh_on;
    if (kind == json_scalar::null && field == entry_field::client_id) {
      // MSAL's class for the system-assigned identity has an id, which is None.
      text = msal::system_assigned;
    } else if (kind == json_scalar::number && !may_be_number) {
      text = {};
    }
    entry.fields[index] = text;
  }

  [[nodiscard]] bool in(std::string_view section) const noexcept {
    return position_.name(1) == section;
  }
  [[nodiscard]] bool in_marks() const noexcept {
    return in(msal::midas_section) && position_.name(2) == "tokens";
  }

  msal_scan scan_;
  json_position position_;
};

// The last one of equal names counts, as for Python.
void drop_overridden(std::vector<scanned_entry>& entries) {
  std::unordered_map<std::string_view, std::size_t> last;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    last[entries[i].key] = i;
  }
  if (last.size() != entries.size()) {
    std::size_t i = 0;
    std::erase_if(entries, [&](const auto& each) { return last[each.key] != i++; });
  }
}

}  // namespace

std::string_view name_of(entry_field field) noexcept {
  return field_names[static_cast<std::size_t>(field)];
}

std::optional<msal_scan> scan_msal_cache(sensitive_string& text) {
  if (text.find_first_not_of(" \t\r\n") == sensitive_string::npos) {
    return msal_scan{};
  }
  cache_scanner scanner;
  if (!read_in_place(text, scanner)) {
    return std::nullopt;
  }
  auto result = std::move(scanner).take();
  drop_overridden(result.entries);
  return result;
}

}  // namespace midas::internal
