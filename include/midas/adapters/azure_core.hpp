// A credential for the Azure SDK for C++. Link midas::azure_core; docs/adapters/azure_core.md shows
// a client that uses it.
#pragma once

#include <midas/access_token.hpp>
#include <midas/detail/azure_decisions.hpp>
#include <midas/detail/azure_tokens.hpp>
#include <midas/managed_identity.hpp>
#include <midas/token_service.hpp>

#include <azure/core/context.hpp>
#include <azure/core/credentials/credentials.hpp>
#include <azure/core/datetime.hpp>
#include <azure/core/resource_identifier.hpp>
#include <chrono>
#include <string>
#include <utility>

namespace midas {

/// Makes a managed_identity, by functions with the names of Azure::Identity::ManagedIdentityId.
struct azure_managed_identity_id {
  // NOLINTBEGIN(readability-identifier-naming)
  /// The system-assigned identity: managed_identity::system_assigned().
  static managed_identity SystemAssigned() { return managed_identity::system_assigned(); }
  /// A user-assigned identity, by its client id: managed_identity::client_id().
  static managed_identity FromUserAssignedClientId(std::string id) {
    return managed_identity::client_id(std::move(id));
  }
  /// A user-assigned identity, by its object id: managed_identity::object_id().
  static managed_identity FromUserAssignedObjectId(std::string id) {
    return managed_identity::object_id(std::move(id));
  }
  /// A user-assigned identity, by its Azure resource id: managed_identity::resource_id().
  static managed_identity FromUserAssignedResourceId(const Azure::Core::ResourceIdentifier& id) {
    return managed_identity::resource_id(id.ToString());
  }
  // NOLINTEND(readability-identifier-naming)
};

/// The options of an azure_credential.
struct azure_credential_options {
  /// The identity that tokens are for, e.g.
  /// azure_managed_identity_id::FromUserAssignedClientId("..."). Default: that of the service.
  managed_identity identity{};
  /// The service that provides the tokens; it must outlive the credential. Default:
  /// token_service::shared(), so that all credentials of the process cause one request for a token.
  token_service* service = nullptr;
  /// How long GetToken() waits if the Context has no deadline, or a later one. Default: 30 s.
  std::chrono::nanoseconds timeout = std::chrono::seconds{30};
};

/// Provides the clients of the Azure SDK with tokens of midas. Pass each client a credential of its
/// own, or share one. All functions may be called from any thread.
class azure_credential final : public Azure::Core::Credentials::TokenCredential {
 public:
  /// Sends no request. The first GetToken() creates the shared service if it does not exist yet.
  explicit azure_credential(azure_credential_options options = {})
      : TokenCredential("midas::azure_credential"), options_(std::move(options)) {}

  /// The token of the only scope in `wanted`, from memory if possible. Otherwise waits for midas,
  /// until the deadline of `context`, its cancellation (which is noticed within 20 ms), or
  /// azure_credential_options::timeout.
  ///
  /// - Scopes: one scope or resource. A "/.default" at its end is removed.
  /// - MinimumExpiration: a cached token that does not last longer is refreshed. If the host does
  ///   not provide another one within 10 s, or has not in the last 30 s, the cached token is
  ///   returned all the same.
  /// - TenantId: ignored, as by Azure::Identity::ManagedIdentityCredential. The tenant of a managed
  ///   identity is that of its subscription.
  ///
  /// Throws Azure::Core::Credentials::AuthenticationException with the text of the midas::error:
  /// any of token_service, errc::invalid_resource for no scope or several ones,
  /// errc::deadline_exceeded, and errc::cancelled.
  // NOLINTNEXTLINE(readability-identifier-naming)
  Azure::Core::Credentials::AccessToken GetToken(
      const Azure::Core::Credentials::TokenRequestContext& wanted,
      const Azure::Core::Context& context) const override {
    const auto* const scope = detail::sole_scope(wanted.Scopes);
    if (scope == nullptr) {
      fail(detail::scopes_error(wanted.Scopes));
    }
    if (const auto* const handle = handles_.find(*scope)) {
      if (const auto token = handle->try_get(); token && lasts(*token, wanted)) {
        return converted(*token);
      }
    }
    return acquire(*scope, wanted, context);
  }

 private:
  [[noreturn]] static void fail(const error& failure) {
    throw Azure::Core::Credentials::AuthenticationException(detail::exception_text(failure));
  }

  static bool lasts(const access_token& token,
                    const Azure::Core::Credentials::TokenRequestContext& wanted) noexcept {
    return detail::lasts(token.expires_on(), detail::coarse_utc(), wanted.MinimumExpiration);
  }

  // The conversion that azure-core has goes by nanoseconds, which end in 2262.
  [[nodiscard]] Azure::Core::Credentials::AccessToken converted(const access_token& token) const {
    return {std::string{token.token().reveal()}, epoch_ + token.expires_on().time_since_epoch()};
  }

  [[nodiscard]] Azure::Core::Credentials::AccessToken acquire(
      const std::string& scope, const Azure::Core::Credentials::TokenRequestContext& wanted,
      const Azure::Core::Context& context) const {
    // After a fork(), shared() is another service.
    auto& tokens = options_.service != nullptr ? *options_.service : token_service::shared();
    const detail::azure_wait wait{
        .timeout = detail::time_until(context.GetDeadline(), Azure::DateTime::clock::now(),
                                      options_.timeout),
        .is_cancelled = [&context] { return context.GetDeadline() == Azure::DateTime::min(); }};
    const auto token = detail::get_lasting(
        tokens, {.identity = options_.identity, .resource = scope},
        std::chrono::floor<std::chrono::seconds>(wanted.MinimumExpiration), wait);
    if (!token) {
      fail(token.error());
    }
    handles_.add(scope, [&] { return tokens.for_resource(scope, options_.identity); });
    return converted(*token);
  }

  const azure_credential_options options_;
  const Azure::DateTime epoch_{1970};
  mutable detail::scope_handles handles_;
};

}  // namespace midas
