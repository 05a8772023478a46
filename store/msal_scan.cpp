#include "store/msal_scan.hpp"

#include "messages/ascii.hpp"
#include "store/json_stream.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace midas::internal {

namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(entry_field::count)> field_names{
    "secret",     "home_account_id", "environment", "client_id",  "target",  "realm",
    "token_type", "cached_at",       "expires_on",  "refresh_on", "id_kind", "machine"};

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

std::optional<managed_identity> identity_of(std::string_view client_id, const scanned_entry* mark) {
  if (client_id == msal::system_assigned) {
    return managed_identity::system_assigned();
  }
  const auto kind = mark == nullptr ? std::string_view{} : mark->at(entry_field::id_kind);
  std::string id{client_id};
  if (kind == id_kind_name(identity_kind::object_id)) {
    return managed_identity::object_id(std::move(id));
  }
  // MSAL does not say which kind an id is. Resource ids are paths; the other kind that people use
  // is the client id.
  if (kind == id_kind_name(identity_kind::resource_id) || (kind.empty() && id.starts_with('/'))) {
    return managed_identity::resource_id(std::move(id));
  }
  if (kind.empty() || kind == id_kind_name(identity_kind::client_id)) {
    return managed_identity::client_id(std::move(id));
  }
  return std::nullopt;
}

bool names_this_machine(std::string_view environment, std::string_view host_name) {
  if (environment == msal::environment) {
    return true;
  }
  // MSAL before 1.35 wrote the full name, of which the system may know only the first part.
  const auto wanted = ascii::lower(std::string{host_name});
  const auto stated = ascii::lower(std::string{environment});
  return !wanted.empty() && (stated == wanted || stated.starts_with(wanted + '.'));
}

bool is_own(const msal_scan& scan, const scanned_entry* mark, std::chrono::sys_seconds cached_at,
            const cache_owner& owner) {
  if (mark != nullptr) {
    return !owner.machine.empty() && mark->at(entry_field::machine) == owner.machine;
  }
  if (scan.machine.empty()) {
    return owner.accept_unmarked;
  }
  const auto since = read_seconds(scan.since);
  return scan.machine == owner.machine && (owner.accept_unmarked || (since && cached_at >= *since));
}

}  // namespace

std::string_view name_of(entry_field field) noexcept {
  return field_names[static_cast<std::size_t>(field)];
}

std::string_view id_kind_name(identity_kind kind) noexcept {
  switch (kind) {
    case identity_kind::system_assigned:
      break;
    case identity_kind::client_id:
      return "client_id";
    case identity_kind::object_id:
      return "object_id";
    case identity_kind::resource_id:
      return "resource_id";
  }
  return "system_assigned";
}

std::optional<std::chrono::sys_seconds> read_seconds(std::string_view text) noexcept {
  constexpr std::int64_t end_of_year_9999 = 253'402'300'799;
  std::int64_t seconds = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, seconds);
  if (text.empty() || read.ec != std::errc{} || read.ptr != end || seconds < 0 ||
      seconds > end_of_year_9999) {
    return std::nullopt;
  }
  return std::chrono::sys_seconds{std::chrono::seconds{seconds}};
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

std::optional<understood_entry> understand(const msal_scan& scan, const scanned_entry& entry,
                                           const cache_owner& owner) {
  const auto cached_at = read_seconds(entry.at(entry_field::cached_at));
  const auto expires_on = read_seconds(entry.at(entry_field::expires_on));
  if (entry.at(entry_field::realm) != msal::realm || !cached_at || !expires_on ||
      !entry.at(entry_field::home_account_id).empty() || entry.at(entry_field::secret).empty() ||
      !names_this_machine(entry.at(entry_field::environment), owner.host_name)) {
    return std::nullopt;
  }
  const auto found = scan.marks.find(entry.key);
  const auto* const mark = found == scan.marks.end() ? nullptr : &found->second;
  auto identity = identity_of(entry.at(entry_field::client_id), mark);
  if (!identity || !make_key(*identity, entry.at(entry_field::target))) {
    return std::nullopt;
  }
  // MSAL may have replaced the token since midas wrote the mark, which then tells only the kind.
  const bool is_marked = mark != nullptr &&
                         mark->at(entry_field::cached_at) == entry.at(entry_field::cached_at) &&
                         mark->at(entry_field::expires_on) == entry.at(entry_field::expires_on);
  return understood_entry{.identity = *std::move(identity),
                          .cached_at = *cached_at,
                          .expires_on = *expires_on,
                          .is_marked = is_marked,
                          .is_own = is_own(scan, is_marked ? mark : nullptr, *cached_at, owner)};
}

}  // namespace midas::internal
