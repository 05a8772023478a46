// How a token service is set up.
#pragma once

#include "transport/hosts/host_environment.hpp"
#include "transport/hosts/host_protocol.hpp"
#include <midas/host_limits.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace midas {

/// Everything has a default that fits any host in Azure.
struct token_service_options {
  /// The kind of host whose identity endpoint is asked. Default: detected from the environment
  /// variables that hosts set and from the presence of Azure Arc's agent, in the order that
  /// detect_host tells, once, when the service is made. A chosen host goes before all of them; it
  /// still takes its address and its secret from the environment.
  std::optional<identity_host> host{};

  /// Scheme and authority of IMDS (URL), e.g. "http://127.0.0.1:8080"; where it is given, the host
  /// is IMDS. Default: the environment variable AZURE_POD_IDENTITY_AUTHORITY_HOST if it is set and
  /// not empty; else http://169.254.169.254. This option wins over both, and over what is detected.
  std::string endpoint{};

  /// What the application can deal with, e.g. "cp1" (claims challenges): sent as xms_cc to a host
  /// that supports it, which Service Fabric does. Default: nothing.
  std::vector<std::string> client_capabilities{};

  /// In place of the environment of this process: for tests. Default: that of the process, read
  /// once, when the service is made; a later change redirects no secret.
  std::optional<host_environment> environment{};

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

  /// What the host may be sent. Default: to IMDS what a VM's allows, 5 requests at once and 20 a
  /// second; to any other 192 at once.
  std::optional<host_limits> limits{};

  /// Try again what may fare better a little later: IMDS's 404, 408, 410, 429 and 5xx, the others'
  /// 408, 429, 500, 502, 503 and 504, and what fails on the wire; at the host's pace, and not
  /// beyond the deadline of the last who waits. Default: yes.
  bool retries = true;

  /// When the host has refused a request for good (an identity that it does not have, say), whoever
  /// asks the same within this time is told the same without asking the host. 0 for never.
  /// Default: 5 s.
  std::chrono::milliseconds negative_cache_ttl{5'000};

  /// A key that nobody has asked for this long leaves memory, its token wiped. Default: as long as
  /// a token of it lives; until then its token is renewed in the background.
  std::optional<std::chrono::seconds> idle_key_timeout{};

  /// Keys in memory at most; those that were asked for the longest ago leave first, never one that
  /// somebody waits for. At least 1. Default: 10,000.
  std::size_t max_keys = 10'000;

  /// Scheduler threads of the actor system, where the service makes its own. Default: 1, since no
  /// handler of midas blocks.
  std::size_t actor_threads = 1;
};

}  // namespace midas
