// The findings of `midas doctor`: the detected host, the HTTP exchanges with it, and the outcome.
#pragma once

#include "tools/doctor/listener.hpp"
#include "tools/doctor/recording_transport.hpp"
#include "transport/hosts/host_detection.hpp"
#include <midas/access_token.hpp>
#include <midas/token_request.hpp>
#include <midas/token_service_options.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace midas::internal::tools {

struct examination {
  token_request request;
  host_detection detection;
  /// The URL that serves tokens, without its query. Empty if no host was detected.
  std::string address;
  /// Whose process listens at the address, if that is on this machine.
  std::optional<listener> listening{};
  std::vector<exchange_record> exchanges;
  /// From the request to the token or the error.
  std::chrono::nanoseconds elapsed{};
  /// When the request ended.
  std::chrono::sys_seconds at{};
  expected<access_token> token;
};

/// Detects the host and requests one token from it through a token service, without retries.
examination examine(token_request request, token_service_options options,
                    std::chrono::nanoseconds timeout);

/// Suggestions for resolving a failure, one sentence each, most likely first. Empty if
/// `result.token` has a value.
std::vector<std::string> remedies(const examination& result);

}  // namespace midas::internal::tools
