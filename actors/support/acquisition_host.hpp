// The host as one acquisition sees it.
#pragma once

#include "actors/policies/acquisition_fsm.hpp"
#include "actors/policies/attempt_result.hpp"
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

  /// The state machine of the key's acquisitions, with the service's options.
  [[nodiscard]] acquisition_fsm make_fsm() const;

  /// The first HTTP request of an attempt.
  [[nodiscard]] expected<http_request> encode(const token_request& request) const;

  /// The result of a response to the request after `leg` earlier ones. Failures name the host.
  [[nodiscard]] attempt_result read(const token_request& request, http_response response,
                                    unsigned leg) const;

  /// The result of a request that got no response.
  [[nodiscard]] attempt_result read(const caf::error& failure,
                                    acquisition_fsm::time_point now) const;

  /// The result of a request that could not be encoded.
  [[nodiscard]] attempt_result not_encoded(error failure) const;

  /// Completes a request that a host protocol has encoded, for the attempt that the machine makes.
  void complete(http_request& request, const acquisition_fsm& machine,
                const acquisition_fsm::conditions& at) const;

  /// The result of a request that was withdrawn.
  [[nodiscard]] attempt_result withdrawn() const;

  /// The error for a caller whose deadline has passed; see service_context::deadline_error().
  [[nodiscard]] error deadline_error(acquisition_fsm::time_point now) const;

 private:
  [[nodiscard]] const host_protocol& protocol() const { return *service_->endpoint; }
  [[nodiscard]] attempt_result failed(error failure) const;
  [[nodiscard]] bool is_final(const error& failure) const;
  [[nodiscard]] error from_host(error failure) const;
  [[nodiscard]] std::string refused_token_sha256() const;

  std::shared_ptr<const service_context> service_;
  std::shared_ptr<const acquisition_key> key_;
};

}  // namespace midas::internal
