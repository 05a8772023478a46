// What an entry of a token cache of MSAL means.
#pragma once

#include "store/msal_scan.hpp"

namespace midas::internal {

/// A token of a managed identity, as far as it can be read.
struct understood_entry {
  managed_identity identity;
  std::chrono::sys_seconds cached_at;
  std::chrono::sys_seconds expires_on;
  /// This machine may use the token.
  bool is_own = false;
  /// See stored_token::endpoint. A view into the scanned text.
  std::string_view endpoint{};
};

/// Whether midas wrote the entry, on any machine. MSAL may have replaced the token since; what the
/// section of midas says then tells only the kind of the id.
bool is_of_midas(const msal_scan& scan, const scanned_entry& entry) noexcept;

/// Empty for an entry of another kind, and for one that lacks something.
std::optional<understood_entry> understand(const msal_scan& scan, const scanned_entry& entry,
                                           const cache_owner& owner);

/// A time as the file has it: seconds since 1970.
std::string seconds_text(std::chrono::sys_seconds time);

/// Seconds since 1970, in decimal digits. Empty for anything else, and after the year 9999.
std::optional<std::chrono::sys_seconds> read_seconds(std::string_view text) noexcept;

/// Whether a header can carry the token and its type.
bool is_sendable(std::string_view token, std::string_view type) noexcept;

/// Whether the section of midas keeps this text as an endpoint: printable, without spaces, and not
/// long.
bool is_endpoint_text(std::string_view text) noexcept;

/// The name in the section of midas, e.g. "client_id".
std::string_view id_kind_name(identity_kind kind) noexcept;

}  // namespace midas::internal
