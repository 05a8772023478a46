// What a token cache of MSAL contains, as views into its text.
#pragma once

#include "store/msal_cache.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace midas::internal {

namespace msal {

inline constexpr std::string_view access_token = "AccessToken";
inline constexpr std::string_view app_metadata = "AppMetadata";
inline constexpr std::string_view midas_section = "Midas";
inline constexpr std::string_view system_assigned = "SYSTEM_ASSIGNED_MANAGED_IDENTITY";
inline constexpr std::string_view realm = "managed_identity";
inline constexpr std::string_view environment = "localhost";

}  // namespace msal

/// The members of an entry that midas reads.
enum class entry_field : std::uint8_t {
  secret,
  home_account_id,
  environment,
  client_id,
  target,
  realm,
  token_type,
  cached_at,
  expires_on,
  refresh_on,
  // Only in the section of midas.
  id_kind,
  machine,
  endpoint,
  count,
};

/// The name in the file.
std::string_view name_of(entry_field field) noexcept;

/// The scalar members of an entry; others are empty.
struct scanned_entry {
  std::string_view key;
  std::array<std::string_view, static_cast<std::size_t>(entry_field::count)> fields{};

  [[nodiscard]] std::string_view at(entry_field field) const noexcept {
    return fields[static_cast<std::size_t>(field)];
  }
};

/// A member that may occur several times, of which the last one counts.
struct scanned_section {
  std::size_t occurrences = 0;
  /// Whether the last one is an object.
  bool is_object = false;
};

struct msal_scan {
  scanned_section access_tokens;
  scanned_section app_metadata;
  scanned_section midas;
  /// The member "tokens" of the section of midas.
  scanned_section marks_section;

  std::vector<scanned_entry> entries;
  std::unordered_set<std::string_view> app_metadata_keys;
  /// What the section of midas says about the entry with this key.
  std::unordered_map<std::string_view, scanned_entry> marks;
  /// The machine that the file belongs to, and since when; empty if the file does not say so.
  std::string_view machine;
  std::string_view since;
};

/// Reads `text`, which must outlive the result, and overwrites it. Empty if it is not an object.
std::optional<msal_scan> scan_msal_cache(sensitive_string& text);

}  // namespace midas::internal
