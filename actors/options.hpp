// How a token service is set up.
#pragma once

#include <midas/actors/host_limits.hpp>

#include <chrono>
#include <cstddef>
#include <string>

namespace midas {

/// Everything has a default that fits a virtual machine in Azure.
struct token_service_options {
  /// Scheme and authority of the identity endpoint (URL), e.g. "http://127.0.0.1:8080".
  /// Default: the environment variable AZURE_POD_IDENTITY_AUTHORITY_HOST if it is set and not
  /// empty, read once when the service is made; else http://169.254.169.254. This option wins over
  /// both.
  std::string endpoint{};

  /// Allow plain http to a host that is neither loopback nor a known identity endpoint. Tokens then
  /// cross the network readable by anyone on it. Default: no. No environment variable.
  bool allow_insecure_endpoint = false;

  /// By when a request is answered that an actor sends without a timeout. Default: 30 s.
  std::chrono::nanoseconds default_timeout = std::chrono::seconds{30};

  /// For one connection to the endpoint. Default: 5 s.
  std::chrono::milliseconds connect_timeout{5'000};

  /// For one HTTP exchange in all. Default: 30 s.
  std::chrono::milliseconds attempt_timeout{30'000};

  /// A longer response is an error. Default: 1 MiB.
  std::size_t max_response_bytes = std::size_t{1} << 20U;

  /// What the host may be sent. Default: what a VM's IMDS allows, 5 requests at once and 20 a
  /// second.
  host_limits limits{};

  /// A key that nobody has asked for this long leaves memory, its token wiped. Default: 1 h.
  std::chrono::seconds idle_key_timeout{3'600};

  /// Scheduler threads of the actor system, where the service makes its own. Default: 1, since no
  /// handler of midas blocks.
  std::size_t actor_threads = 1;
};

}  // namespace midas
