// The text of a token cache of MSAL Python: what is in it, and how it changes. Pure functions.
#pragma once

#include <midas/sensitive_string.hpp>
#include <midas/token_store.hpp>

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal {

/// What decides whether an entry belongs to this machine.
struct cache_owner {
  /// The hashed id of this machine; empty if it has none, and then no entry is known to be its own.
  std::string machine;
  /// The name of this machine, which MSAL before 1.35 put into its entries.
  std::string host_name;
  /// See file_token_store_options::accept_unmarked_entries.
  bool accept_unmarked = false;
};

struct cache_change {
  std::span<const stored_token> save{};
  std::span<const token_key> remove{};
  /// Entries of midas that have expired by then are removed, too.
  std::chrono::sys_seconds now{};
};

/// Whether the text is only white space: a cache without tokens.
bool is_blank_cache(const sensitive_string& text) noexcept;

/// Fails for tokens that read_msal_cache() would leave out: with the errors of make_key(), and with
/// errc::store_failed if no header can carry the token or a time is out of range.
expected<void> check_storable(std::span<const stored_token> tokens);

/// The tokens in `text`, which may be overwritten. Entries of another kind (of users and
/// applications), of other machines, or with a member that is missing or unusable are left out.
/// Empty if the text is not a JSON object or is nested too deeply; a text of nothing but white
/// space has no tokens.
std::optional<std::vector<stored_token>> read_msal_cache(sensitive_string& text,
                                                         const cache_owner& owner);

/// `text` with the changes. Everything else stays as it is, byte for byte: unknown sections,
/// entries and members; also the entries of another machine, which then stay unusable. Of equal
/// names among the sections and the entries of midas, the last one counts, and only that stays.
/// Empty if read_msal_cache() would be.
std::optional<sensitive_string> change_msal_cache(sensitive_string text, const cache_change& change,
                                                  const cache_owner& owner);

/// The key under which MSAL looks for a token of a managed identity.
std::string msal_key(const managed_identity& identity, std::string_view resource);

/// MSAL's name for the identity: its id, or SYSTEM_ASSIGNED_MANAGED_IDENTITY.
std::string_view msal_client_id(const managed_identity& identity) noexcept;

}  // namespace midas::internal
