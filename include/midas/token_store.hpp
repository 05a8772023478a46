// Where tokens can be kept beyond the life of a process.
#pragma once

#include <midas/access_token.hpp>
#include <midas/detail/export.hpp>
#include <midas/detail/time_types.hpp>
#include <midas/error.hpp>
#include <midas/managed_identity.hpp>
#include <midas/token_request.hpp>

#include <span>
#include <string>
#include <vector>

namespace midas {

/// A token with what a store must keep to find it again, as a plain value.
struct stored_token {
  /// The identity as the caller wrote it. Never the default identity, which a store does not know.
  managed_identity identity{};
  /// `grant.resource` is the resource as the caller wrote it.
  token_grant grant{};
  /// When the token was acquired (UTC).
  std::chrono::sys_seconds cached_at{};
  /// The identity endpoint that granted the token, such as http://169.254.169.254; empty if the
  /// store does not know, as for the entries of MSAL. A token is used only for that endpoint.
  std::string endpoint{};
};

/// Keeps tokens beyond the life of the process. Applications may implement it, e.g. on top of a
/// keyring.
///
/// A service calls it from one thread, which does nothing else, so every function may block. Other
/// users call it from one thread at a time. An error is a returned value, and never contains a
/// token; no function throws anything but std::bad_alloc.
class MIDAS_EXPORT token_store {
 public:
  token_store() = default;
  token_store(const token_store&) = delete;
  token_store& operator=(const token_store&) = delete;
  virtual ~token_store();

  /// All tokens in the store that this machine may use, expired ones among them, in no order. There
  /// may be several for one identity and resource.
  [[nodiscard]] virtual expected<std::vector<stored_token>> load() = 0;

  /// Adds the tokens. Each replaces the one with the same identity and resource.
  [[nodiscard]] virtual expected<void> save(std::span<const stored_token> tokens) = 0;

  /// Removes the tokens of these identities and resources. Those that are absent are ignored.
  [[nodiscard]] virtual expected<void> remove(std::span<const token_key> keys) = 0;
};

}  // namespace midas
