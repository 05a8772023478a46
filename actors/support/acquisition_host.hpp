// The host as one acquisition sees it.
#pragma once

#include "actors/policies/retry_policy.hpp"
#include "actors/support/service_context.hpp"
#include "messages/actor_messages.hpp"
#include "messages/http_message.hpp"

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

  /// The token, or the next HTTP request, after `leg` earlier ones.
  [[nodiscard]] expected<decode_result> decode(const token_request& request, http_response response,
                                               unsigned leg) const;

  /// The host would refuse the same request again.
  [[nodiscard]] bool is_final(const error& failure) const;

  /// Applies the service's timeouts and size limit.
  void apply_limits(http_request& request) const;

  /// The caller's deadline passed.
  [[nodiscard]] error deadline_error(const std::string& resource) const;

  /// Names the host as the source of a failure that has none.
  void add_source(error& failure) const;

 private:
  [[nodiscard]] const host_protocol& protocol() const { return *service_->endpoint; }
  [[nodiscard]] std::string refused_token_sha256() const;

  std::shared_ptr<const service_context> service_;
  std::shared_ptr<const acquisition_key> key_;
};

}  // namespace midas::internal
