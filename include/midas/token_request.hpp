// What a caller asks for, and the key under which equal requests meet.
#pragma once

#include <midas/error.hpp>
#include <midas/managed_identity.hpp>

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

namespace midas {

/// A request for an access token. An aggregate: `token_request{.resource = "https://..."}`.
struct token_request {
  /// Default: the system-assigned identity.
  managed_identity identity{};
  /// The Azure resource URI the token is for, e.g. "https://vault.azure.net". A scope is accepted
  /// too: one "/.default" at the end is taken off. Compared as exact text.
  std::string resource{};
  /// A claims challenge (JSON) from a resource that refused a token: bypasses the cache.
  std::string claims{};
  /// Bypass the cache, and acquire anew. Joins an acquisition that is already under way.
  bool force_refresh = false;

  friend bool operator==(const token_request&, const token_request&) = default;
};

/// Whether a token that is at hand can answer it.
[[nodiscard]] inline bool accepts_cached(const token_request& request) noexcept {
  return request.claims.empty() && !request.force_refresh;
}

/// "https://vault.azure.net for system-assigned"; says of claims only that there are some.
std::string to_string(const token_request&);

/// Requests with equal keys get the same token. (An acquisition is shared only by requests whose
/// claims are equal, too.) GUIDs compare without regard to case, resources and resource ids
/// exactly.
struct token_key {
  managed_identity identity{};
  std::string resource{};

  friend auto operator<=>(const token_key&, const token_key&) = default;
};

/// "https://vault.azure.net for system-assigned".
std::string to_string(const token_key&);

/// The key of a request. Fails with errc::invalid_resource when the resource is empty once reduced,
/// holds white space, control or non-ASCII characters, or is longer than 2,048 characters, and with
/// errc::invalid_identity as managed_identity::validate does.
expected<token_key> make_key(const token_request&);
expected<token_key> make_key(const managed_identity& identity, std::string_view resource);

struct token_key_hash {
  std::size_t operator()(const token_key& key) const noexcept;
};

}  // namespace midas
