// What a token cache of MSAL contains, as views into its text.
#pragma once

#include "store/msal_cache.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
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
/// `count` if no field has the name.
entry_field field_named(std::string_view name) noexcept;

/// A part of the text, as the offsets of its first character and of the one after its last.
struct text_range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// An object of which members may be removed, or to which some may be added.
struct scanned_object {
  /// From the opening bracket to the closing one, which is at `end`.
  text_range brackets;
  /// Each member, from the end of the one before it (or from the opening bracket): with the comma
  /// and the white space in between.
  std::vector<text_range> members;
};

/// A member that may occur several times, of which the last one counts.
struct scanned_section : scanned_object {
  /// Which members of the object around it have the name.
  std::vector<std::size_t> occurrences;
  /// Whether the last one is an object. Only then, the object is described.
  bool is_object = false;
};

/// The scalar members of an entry; others are empty.
struct scanned_entry {
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

  std::string_view key;
  /// Which member of its section it is.
  std::size_t member = 0;
  /// The index of the mark with the same key, in the section of midas.
  std::size_t mark = none;
  std::array<std::string_view, static_cast<std::size_t>(entry_field::count)> fields{};

  [[nodiscard]] std::string_view at(entry_field field) const noexcept {
    return fields[static_cast<std::size_t>(field)];
  }
};

struct msal_scan {
  scanned_object root;
  scanned_section access_tokens;
  scanned_section app_metadata;
  scanned_section midas;
  /// The member "tokens" of the section of midas.
  scanned_section marks_section;

  /// Of equal keys, the last one.
  std::vector<scanned_entry> entries;
  std::unordered_set<std::string_view> app_metadata_keys;
  /// What the section of midas says about entries, by their keys. Of equal keys, the last one.
  std::vector<scanned_entry> marks;
  /// The machine that the file belongs to, and since when; empty if the file does not say so.
  std::string_view machine;
  std::string_view since;
  /// Which members of the section of midas have these two.
  std::vector<std::size_t> owner_members;

  /// Where strings are decoded, unless the text itself has them.
  sensitive_string decoded;
};

/// Reads `text`, which must outlive the result. Overwrites it, unless it has escape sequences.
/// Empty if it is not an object; the text is then of no use.
std::optional<msal_scan> scan_msal_cache(sensitive_string& text);

/// Makes the scanned text what it was before; the views of the scan stay valid.
void restore_scanned(sensitive_string& text, const msal_scan& scan) noexcept;

}  // namespace midas::internal
