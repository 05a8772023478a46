// The request of one acquisition, as the host protocols encode it.
#pragma once

#include <midas/managed_identity.hpp>
#include <midas/token_request.hpp>

#include <string>

namespace midas::internal {

/// A valid token_request, resolved once by the acquisition: host protocols neither check nor reduce
/// it again.
struct resolved_request {
  /// As the caller wrote it, since ids are sent unchanged (token_key has them in lower case).
  managed_identity identity{};
  /// token_key::resource: without "/.default".
  std::string resource{};
  /// The claims challenge (JSON); empty if there are no claims.
  std::string claims{};
};

/// `key` must be that of `request`.
inline resolved_request resolve(const token_request& request, const token_key& key) {
  return {.identity = request.identity, .resource = key.resource, .claims = request.claims};
}

/// "https://vault.azure.net for system-assigned"; of claims, only that there are some.
inline std::string to_string(const resolved_request& request) {
  return midas::to_string(token_request{
      .identity = request.identity, .resource = request.resource, .claims = request.claims});
}

}  // namespace midas::internal
