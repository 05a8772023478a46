// The configuration of a token service.
#pragma once

#include <midas/detail/time_types.hpp>
#include <midas/environment_variable.hpp>
#include <midas/host_limits.hpp>
#include <midas/identity_host.hpp>
#include <midas/managed_identity.hpp>
#include <midas/token_event.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace midas {

class token_store;

/// The defaults suit every host in Azure. The options are read when the service is created; a value
/// outside its range is moved into the range. A host
/// or an endpoint that cannot be used does not make the constructor fail; every request then fails
/// (see token_service).
struct token_service_options {
  /// The host whose identity endpoint is asked. Default: detected from the environment variables
  /// that hosts set and from the presence of Azure Arc's agent, in the order given in
  /// docs/hosts.md. A chosen host overrides detection, but still takes its endpoint and its secret
  /// from the environment.
  std::optional<identity_host> host{};

  /// Scheme and authority of IMDS, e.g. "http://127.0.0.1:8080". If it is not empty, the host is
  /// IMDS: it overrides detection and the environment variable AZURE_POD_IDENTITY_AUTHORITY_HOST.
  /// Default: that variable if it is set and not empty, otherwise http://169.254.169.254.
  std::string endpoint{};

  /// The identity of requests that name none: those whose token_request::identity is
  /// default-constructed. managed_identity::system_assigned() in a request still is that identity.
  /// Default: none, which leaves the choice to the host; usually the system-assigned identity.
  std::optional<managed_identity> identity{};

  /// Takes `identity`, if it is not set, from the environment variable MANAGED_IDENTITY, if that is
  /// set: {"ManagedIdentityIdType": "ClientId", "Id": "..."} (see parse_managed_identity()), or a
  /// client id alone, if it is a GUID. If the value is anything else, every request fails with
  /// errc::invalid_configuration. Default: false.
  bool identity_from_environment = false;

  /// Client capabilities, e.g. "cp1" (the client handles claims challenges). Sent as xms_cc to the
  /// hosts that support them, such as Service Fabric. Default: none.
  std::vector<std::string> client_capabilities{};

  /// Replaces the environment variables of the process, e.g. by simulated_host::environment(), and
  /// turns off the search for Azure Arc's agent. If a name occurs twice, the last value applies.
  /// Default: the variables of the process, read once, so that a later change cannot redirect a
  /// secret.
  std::optional<std::vector<environment_variable>> environment{};

  /// Allows plain http to names and public addresses. Anyone on the network can then read the
  /// tokens. Default: false, unless the environment variable MIDAS_ALLOW_INSECURE_ENDPOINT is 1.
  /// Always allowed: loopback, 169.254.169.254, and private addresses that an environment variable
  /// names.
  bool allow_insecure_endpoint = false;

  /// The URL of the proxy to Microsoft Entra ID, which workload identity asks; no other host is
  /// asked through a proxy. Default: https_proxy, HTTPS_PROXY, all_proxy or ALL_PROXY, the first
  /// that is set, except for hosts that no_proxy or NO_PROXY names.
  std::string proxy{};

  /// A file of certificate authorities in PEM, in place of the system's file, by which Microsoft
  /// Entra ID is recognized. Default: CURL_CA_BUNDLE or SSL_CERT_FILE, and the directory
  /// SSL_CERT_DIR.
  std::string ca_file{};

  /// The directory of the key files of Azure Arc's agent, an absolute path: a challenge that names
  /// a file elsewhere is refused. For tests with a simulated agent; see simulated_host::options().
  /// Default: the agent's own, /var/opt/azcmagent/tokens.
  std::string arc_key_directory{};

  /// Uses AKS identity bindings: if AZURE_KUBERNETES_TOKEN_PROXY is set, workload identity sends
  /// the federated token to that URL instead of Microsoft Entra ID, directly, whatever `proxy` is,
  /// and trusts the authorities in AZURE_KUBERNETES_CA_FILE or AZURE_KUBERNETES_CA_DATA there.
  /// Other hosts ignore it. Default: false, so that a variable alone cannot redirect a federated
  /// token.
  bool identity_binding = false;

  /// The timeout of requests that actors send without one. At most a year. Default: 30 s.
  std::chrono::nanoseconds default_timeout = std::chrono::seconds{30};

  /// The time to establish a connection to the host, including name lookup and TLS. From 1 ms
  /// to a year. Default: 5 s.
  std::chrono::milliseconds connect_timeout{5'000};

  /// The maximum time for one HTTP exchange, connecting included. An attempt that can be repeated
  /// gets less: 5 s, doubled after each timeout, and at most three quarters of the time that the
  /// waiters of a first attempt have. From 1 ms to a year. Default: 30 s.
  std::chrono::milliseconds attempt_timeout{30'000};

  /// The maximum size of a response body in bytes, and likewise of the response headers. A larger
  /// response fails with errc::response_too_large. Default: 1 MiB.
  std::size_t max_response_bytes = std::size_t{1} << 20U;

  /// Overrides the limits of the host. Default: those of IMDS on a virtual machine, 5 requests in
  /// flight and 20 per second; for any other host 192 in flight. More than 100,000 per second count
  /// as unlimited.
  std::optional<host_limits> limits{};

  /// How many keys without a usable token one lane (token_request::lane) may request from the host
  /// at a time, including those that wait for the host's limits. Requests for more fail with
  /// errc::host_busy. At least 1. Default: 5,000.
  std::size_t max_cold_keys_per_lane = 5'000;

  /// How often an acquisition is retried after failures that may be temporary: network failures,
  /// and HTTP 404, 408, 410, 429 and 5xx from IMDS or 408, 429, 500, 502, 503 and 504 from other
  /// hosts. The pauses follow the guidance for the host. 0: never. Default: without a limit, until
  /// the deadline of the last waiter.
  std::optional<std::size_t> max_retries{};

  /// The negative cache: for how long a permanent refusal by the host (for example, because it does
  /// not have the identity) answers further requests without asking the host again. 0 disables it,
  /// and a year is the maximum. Default: 5 s.
  std::chrono::milliseconds negative_cache_ttl{5'000};

  /// If a key has not been requested for this long, from 1 s to a year, midas removes it from
  /// memory and wipes its token. Until then the token is refreshed. Default: the lifetime of the
  /// token.
  std::optional<std::chrono::seconds> idle_key_timeout{};

  /// The maximum number of keys in memory. Above it, midas removes the least recently requested
  /// ones, except those that a caller waits for. At least 1. Default: 10,000.
  std::size_t max_keys = 10'000;

  /// Where tokens are kept beyond the life of the process, e.g. a file_token_store (docs/store.md).
  /// The service loads the store once, and saves each token that it acquires. Before the host is
  /// asked, requests wait for the load, for at most 1 s after the service was created and for at
  /// most half of their timeout. One thread, which does nothing else, calls the store; shutdown()
  /// waits for its calls as long as for the actors. Each service needs a store of its own. No
  /// request fails because of the store: an error, or an exception, is reported as store_failed.
  /// Default: none.
  std::shared_ptr<token_store> store{};

  /// Scheduler threads of the actor system, if the service creates its own, from 1 to 256. Default:
  /// 1, which suffices because no handler of midas blocks.
  std::size_t actor_threads = 1;

  /// Called with each event as a line of text (see to_string(const token_event&)), without a line
  /// break; the text is valid during the call. Runs on the thread on which the event occurs: one of
  /// the service's, or for the first line the one that creates the service. It must not block,
  /// since every caller would wait. If it throws, the line is lost, and nothing else. Never called
  /// after shutdown() or the destructor of the service has returned, with the exceptions that
  /// shutdown() documents for callbacks. Default: none, unless the environment variable MIDAS_LOG
  /// is error, warning, info or debug: events of that and of higher severity then go to standard
  /// error (docs/logging.md). The variable has no effect if `log` is set.
  std::function<void(event_severity severity, std::string_view line)> log{};

  /// The least severe events that `log` is called with. Default: all.
  event_severity log_level = event_severity::debug;
};

}  // namespace midas
