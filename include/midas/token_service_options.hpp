// The options of a token service.
#pragma once

#include <midas/environment_variable.hpp>
#include <midas/host_limits.hpp>
#include <midas/identity_host.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace midas {

/// The one place of all defaults, which suit any host in Azure.
struct token_service_options {
  /// The host whose identity endpoint is asked. Default: detected once, when the service is
  /// created, from the environment variables that hosts set and from the presence of Azure Arc's
  /// agent, in the order that docs/hosts.md gives. A chosen host takes precedence over everything
  /// that is detected; it still takes its endpoint and its secret from the environment.
  std::optional<identity_host> host{};

  /// Scheme and authority of IMDS (URL), e.g. "http://127.0.0.1:8080". If it is not empty, the host
  /// is IMDS; it then takes precedence over the environment variable
  /// AZURE_POD_IDENTITY_AUTHORITY_HOST and over detection. Default: that variable if it is set and
  /// not empty, otherwise http://169.254.169.254.
  std::string endpoint{};

  /// Client capabilities, e.g. "cp1" (claims challenges), sent as xms_cc to hosts that support
  /// them, as Service Fabric does. Default: none.
  std::vector<std::string> client_capabilities{};

  /// Replaces the environment variables of this process, e.g. by simulated_host::environment();
  /// Azure Arc's agent is then not looked for. Default: the variables of the process, read once,
  /// when the service is created; a later change does not redirect a secret.
  std::optional<std::vector<environment_variable>> environment{};

  /// Allow plain http to a host that is neither loopback nor a known identity endpoint. Tokens then
  /// cross the network readable by anyone on it. Default: false. No environment variable.
  bool allow_insecure_endpoint = false;

  /// The timeout of requests that an actor sends without one. Default: 30 s.
  std::chrono::nanoseconds default_timeout = std::chrono::seconds{30};

  /// For establishing one connection to the endpoint. Default: 5 s.
  std::chrono::milliseconds connect_timeout{5'000};

  /// For one HTTP exchange as a whole. Default: 30 s.
  std::chrono::milliseconds attempt_timeout{30'000};

  /// The maximum size of a response body, and of its headers. A longer one is an error. Default:
  /// 1 MiB.
  std::size_t max_response_bytes = std::size_t{1} << 20U;

  /// The limits of the host. Default: for IMDS those of a virtual machine, 5 requests at once and
  /// 20 a second; for any other host 192 at once.
  std::optional<host_limits> limits{};

  /// Retry what may succeed later: IMDS's 404, 408, 410, 429 and 5xx, the other hosts' 408, 429,
  /// 500, 502, 503 and 504, and failures of the network; at the host's pace, until the deadline of
  /// the last waiter. Default: true.
  bool retries = true;

  /// How long a permanent refusal by the host (an identity that it does not have, for example) is
  /// reported to further callers without asking the host again. 0 disables it. Default: 5 s.
  std::chrono::milliseconds negative_cache_ttl{5'000};

  /// A key that nobody has requested for this long leaves memory, and its token is wiped. Default:
  /// the lifetime of its token, which is refreshed in the background until then.
  std::optional<std::chrono::seconds> idle_key_timeout{};

  /// The maximum number of keys in memory. Beyond it the least recently requested ones leave, never
  /// one that somebody waits for. At least 1. Default: 10,000.
  std::size_t max_keys = 10'000;

  /// Scheduler threads of the actor system, if the service creates its own. Default: 1, which is
  /// enough since no handler of midas blocks.
  std::size_t actor_threads = 1;
};

}  // namespace midas
