#include "store/msal_entry.hpp"

#include "messages/ascii.hpp"
#include "store/whole_text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace midas::internal {

namespace {

std::optional<managed_identity> stored_identity_of(std::string_view client_id,
                                                   const scanned_entry* mark) {
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
  return scan.machine == owner.machine && since && cached_at >= *since;
}

std::string_view endpoint_of(const scanned_entry& mark) {
  const auto text = mark.at(entry_field::endpoint);
  return is_endpoint_text(text) ? text : std::string_view{};
}

// What the section of midas says about the entry; null if it says nothing.
const scanned_entry* mark_of(const msal_scan& scan, const scanned_entry& entry) noexcept {
  return entry.mark == scanned_entry::none ? nullptr : &scan.marks[entry.mark];
}

}  // namespace

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

std::string seconds_text(std::chrono::sys_seconds time) {
  return std::to_string(time.time_since_epoch().count());
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

bool is_sendable(std::string_view token, std::string_view type) noexcept {
  constexpr std::size_t max_type_size = 64;
  return is_printable(token) && !token.starts_with(' ') && !token.ends_with(' ') &&
         is_printable(type) && type.find(' ') == std::string_view::npos &&
         type.size() <= max_type_size;
}

bool is_endpoint_text(std::string_view text) noexcept {
  constexpr std::size_t max_size = 1'024;
  return !text.empty() && text.size() <= max_size &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

bool is_of_midas(const msal_scan& scan, const scanned_entry& entry) noexcept {
  const auto* const mark = mark_of(scan, entry);
  return mark != nullptr && mark->at(entry_field::cached_at) == entry.at(entry_field::cached_at) &&
         mark->at(entry_field::expires_on) == entry.at(entry_field::expires_on);
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
  const auto* const mark = mark_of(scan, entry);
  auto identity = stored_identity_of(entry.at(entry_field::client_id), mark);
  if (!identity || !make_key(*identity, entry.at(entry_field::target))) {
    return std::nullopt;
  }
  const bool is_marked = is_of_midas(scan, entry);
  return understood_entry{.identity = *std::move(identity),
                          .cached_at = *cached_at,
                          .expires_on = *expires_on,
                          .is_own = is_own(scan, is_marked ? mark : nullptr, *cached_at, owner),
                          .endpoint = is_marked ? endpoint_of(*mark) : std::string_view{}};
}

}  // namespace midas::internal
