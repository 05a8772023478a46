// Whether a token can be had here, and if not, why: what `midas doctor` finds out.
#pragma once

#include "tools/doctor/recording_transport.hpp"
#include "transport/hosts/host_detection.hpp"
#include <midas/access_token.hpp>
#include <midas/token_request.hpp>
#include <midas/token_service_options.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace midas::internal::tools {

struct examination {
  token_request request;
  host_detection detection;
  /// Where tokens are asked for; empty when there is no such place.
  std::string address;
  std::vector<exchange_record> exchanges;
  /// From the question until the token, or the error.
  std::chrono::nanoseconds elapsed{};
  std::chrono::sys_seconds at{};
  expected<access_token> token;
};

/// Detects the host, and asks it for a token once, through a token service like any other.
examination examine(token_request request, token_service_options options,
                    std::chrono::nanoseconds timeout);

/// What the person can do about a failure, a sentence each, the likeliest first; nothing when there
/// is a token.
std::vector<std::string> remedies(const examination& result);

}  // namespace midas::internal::tools
