// Call credentials for gRPC. Link midas::grpc; docs/adapters/grpc.md shows a channel that uses
// them.
#pragma once

#include <midas/access_token.hpp>
#include <midas/error.hpp>
#include <midas/managed_identity.hpp>
#include <midas/token_handle.hpp>
#include <midas/token_request.hpp>
#include <midas/token_service.hpp>

#include <chrono>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/status.h>
#include <grpcpp/support/string_ref.h>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace midas {

/// The options of grpc_call_credentials().
struct grpc_credentials_options {
  /// The identity that tokens are for. Default: that of the service.
  managed_identity identity{};
  /// The service that provides the tokens; calls made after its end fail. Default:
  /// token_service::shared(), so that all channels of the process cause one request for a token.
  token_service* service = nullptr;
  /// How long a call waits for a token that is not cached, unless the call's own deadline is
  /// nearer. Must be positive. Default: 30 s.
  std::chrono::nanoseconds timeout = std::chrono::seconds{30};
};

/// What the plugin tells gRPC when there is no token: DEADLINE_EXCEEDED for
/// errc::deadline_exceeded, CANCELLED for errc::cancelled and errc::shutting_down, UNAVAILABLE for
/// other errors after which the same call may succeed later (is_transient()), and otherwise
/// UNAUTHENTICATED. The message is the error's text.
inline grpc::Status to_grpc_status(const error& failure) {
  const auto code_of = [](errc code) {
    switch (code) {
      case errc::deadline_exceeded:
        return grpc::StatusCode::DEADLINE_EXCEEDED;
      case errc::cancelled:
      case errc::shutting_down:
        return grpc::StatusCode::CANCELLED;
      default:
        return is_transient(code) ? grpc::StatusCode::UNAVAILABLE
                                  : grpc::StatusCode::UNAUTHENTICATED;
    }
  };
  return {code_of(failure.code), "midas: " + to_string(failure)};
}

/// What grpc_call_credentials() gives to gRPC.
class grpc_credentials final : public grpc::MetadataCredentialsPlugin {
 public:
  /// See grpc_call_credentials().
  grpc_credentials(std::string resource, grpc_credentials_options options)
      : request_{.identity = std::move(options.identity), .resource = std::move(resource)},
        timeout_(options.timeout) {
    if (options.service != nullptr) {
      handle_ = options.service->for_resource(request_.resource, request_.identity);
    }
  }

  /// True: gRPC calls GetMetadata() on a thread of its pool, where it may wait.
  // NOLINTNEXTLINE(readability-identifier-naming)
  [[nodiscard]] bool IsBlocking() const override { return true; }

  /// Adds "authorization: Bearer ...".
  // NOLINTNEXTLINE(readability-identifier-naming)
  grpc::Status GetMetadata(grpc::string_ref /*service_url*/, grpc::string_ref /*method_name*/,
                           const grpc::AuthContext& /*channel*/,
                           std::multimap<std::string, std::string>* metadata) override {
    // A call that has ended may still wait here when the service is destroyed, which a handle
    // allows. After a fork(), shared() is another service.
    const auto token =
        handle_ ? handle_->get(timeout_) : token_service::shared().get(request_, timeout_);
    if (!token) {
      return to_grpc_status(token.error());
    }
    metadata->emplace("authorization", token->authorization_header().reveal());
    return grpc::Status::OK;
  }

  /// "midas", by which gRPC tells kinds of call credentials apart.
  // NOLINTNEXTLINE(readability-identifier-naming)
  [[nodiscard]] const char* GetType() const override { return "midas"; }
  /// The resource and the identity.
  // NOLINTNEXTLINE(readability-identifier-naming)
  std::string DebugString() override { return "midas: " + to_string(request_); }

 private:
  token_request request_;
  std::chrono::nanoseconds timeout_;
  std::optional<token_handle> handle_;
};

/// Credentials that add a token for `resource` to each call, for
/// grpc::CompositeChannelCredentials() or grpc::ClientContext::set_credentials(). gRPC sends them
/// on secure channels only. Any thread.
///
/// gRPC's pool has a thread for each call that waits for a token; no call waits if it is cached. A
/// call that gets no token ends with the message of to_grpc_status(), but, in the releases of gRPC
/// tried, always with the code UNAVAILABLE.
inline std::shared_ptr<grpc::CallCredentials> grpc_call_credentials(
    std::string resource, grpc_credentials_options options = {}) {
  return grpc::MetadataCredentialsFromPlugin(
      std::make_unique<grpc_credentials>(std::move(resource), std::move(options)));
}

}  // namespace midas
