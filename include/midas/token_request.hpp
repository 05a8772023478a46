// What a caller requests, and the key that identifies the token.
#pragma once

#include <midas/detail/export.hpp>
#include <midas/error.hpp>
#include <midas/managed_identity.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace midas {

/// A request for an access token: `token_request{.resource = "https://vault.azure.net"}`. A plain
/// value; it is validated when it is used, by make_key().
struct token_request {
  /// The identity that the token is for. Default: token_service_options::identity, or else the
  /// system-assigned identity.
  managed_identity identity{};
  /// The URI of the Azure resource that the token is for, e.g. "https://vault.azure.net". A scope
  /// is accepted, too: one trailing "/.default" is removed. Otherwise compared as exact text.
  std::string resource{};
  /// The claims with which a service rejected a token, as parse_claims_challenge() returns them: a
  /// JSON object. Bypasses the cache, and the new token replaces the cached one. At most 16,384
  /// characters. Most hosts learn nothing of the claims; the answer then says so, and the same
  /// claims again fail with errc::claims_not_supported for a minute (docs/claims.md). Default:
  /// none.
  std::string claims{};
  /// Bypasses the cache: acquires a new token, which replaces the cached one, or joins an
  /// acquisition that is already in progress. Default: false.
  bool force_refresh = false;
  /// Whose request this is among the users of one service, e.g. a number for each tenant of a
  /// server or for each client of a proxy. While requests to the host wait, the lanes take turns,
  /// so that one with many keys does not delay another with few. Not part of the key: all lanes
  /// share the cached tokens, and a request that joins an acquisition keeps the lane of the first
  /// caller. Default: 0.
  std::uint32_t lane = 0;

  friend bool operator==(const token_request&, const token_request&) = default;
};

/// True if a cached token may answer the request: it has neither claims nor force_refresh.
[[nodiscard]] inline bool accepts_cached(const token_request& request) noexcept {
  return request.claims.empty() && !request.force_refresh;
}

/// E.g. "https://vault.azure.net for system-assigned, with claims"; never shows the claims. Any
/// thread.
MIDAS_EXPORT std::string to_string(const token_request&);

/// Requests with equal keys get the same token. (They share an acquisition only if their claims are
/// equal as well.) In a key from make_key(), client and object ids are in lower case, so that they
/// compare case-insensitively; resource ids and resources compare exactly.
struct token_key {
  /// See managed_identity::folded().
  managed_identity identity{};
  /// Without the "/.default" of a scope.
  std::string resource{};

  friend auto operator<=>(const token_key&, const token_key&) = default;
};

/// E.g. "https://vault.azure.net for system-assigned". Any thread.
MIDAS_EXPORT std::string to_string(const token_key&);

/// The key of a request. Fails with errc::invalid_resource if the resource, without "/.default", is
/// empty, is longer than 2,048 characters, or contains white space, control or non-ASCII
/// characters; with errc::invalid_identity as managed_identity::validate() does; and with
/// errc::invalid_claims if the claims are too long. Any thread.
MIDAS_EXPORT expected<token_key> make_key(const token_request&);
/// The key of a request for that identity and resource, without claims. Fails as the other
/// make_key() does. Any thread.
MIDAS_EXPORT expected<token_key> make_key(const managed_identity& identity,
                                          std::string_view resource);

/// For unordered containers.
struct token_key_hash {
  /// Equal keys have equal hashes. May differ between releases. Any thread.
  MIDAS_EXPORT std::size_t operator()(const token_key& key) const noexcept;
};

}  // namespace midas
