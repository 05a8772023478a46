// The host as one acquisition sees it.
#pragma once

#include "actors/policies/attempt_result.hpp"
#include "actors/policies/retry_policy.hpp"
#include "actors/support/service_context.hpp"
#include "messages/protocols.hpp"

#include <memory>
#include <string>
#include <utility>

namespace midas::internal {

/// Encodes and decodes the HTTP messages of one key. Not thread-safe.
class acquisition_host {
 public:
  acquisition_host() = default;
  /// The service's host must be known: a cache actor without one starts no acquisitions.
  acquisition_host(std::shared_ptr<const service_context> service,
                   std::shared_ptr<const acquisition_key> key)
      : service_(std::move(service)), key_(std::move(key)) {}

  /// The retries of one acquisition.
  [[nodiscard]] retry_policy make_retry_policy() const;

  /// The first HTTP request of an attempt.
  [[nodiscard]] expected<http_request> encode(const token_request& request) const;

  /// The result of a response to the request after `leg` earlier ones. Failures name the host.
  [[nodiscard]] attempt_result read(const token_request& request, http_response response,
                                    unsigned leg) const;

  /// The result of a request that got no response.
  [[nodiscard]] attempt_result read(const caf::error& failure) const;

  [[nodiscard]] attempt_result failed(error failure) const;

  /// Applies the service's timeouts and size limit.
  void apply_limits(http_request& request) const;

  /// The error for a caller whose deadline has passed.
  [[nodiscard]] error deadline_error(const std::string& resource) const;

 private:
  [[nodiscard]] const host_protocol& protocol() const { return *service_->endpoint; }
  [[nodiscard]] bool is_final(const error& failure) const;
  [[nodiscard]] error from_host(error failure) const;
  [[nodiscard]] std::string refused_token_sha256() const;

  std::shared_ptr<const service_context> service_;
  std::shared_ptr<const acquisition_key> key_;
};

}  // namespace midas::internal
