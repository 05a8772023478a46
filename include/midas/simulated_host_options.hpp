// The options of a simulated host.
#pragma once

#include <midas/identity_host.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace midas {

/// The three ids of a managed identity, each of which a request may use to select it. Ids are
/// compared case-insensitively.
struct simulated_identity {
  /// A GUID; the claim `appid` of tokens.
  std::string client_id{};
  /// A GUID; the claims `oid` and `sub` of tokens.
  std::string object_id{};
  /// "/subscriptions/.../providers/..."; the claim `xms_mirid` of tokens.
  std::string resource_id{};
};

/// The default system-assigned identity of a simulated host.
[[nodiscard]] simulated_identity sample_system_assigned_identity();

/// The default user-assigned identity of a simulated host, for tests to select.
[[nodiscard]] simulated_identity sample_user_assigned_identity();

/// All options have defaults. The constructor of simulated_host checks the ranges and throws
/// std::invalid_argument if a value is out of its range.
struct simulated_host_options {
  /// The host to simulate. Default: IMDS.
  identity_host host = identity_host::imds;

  /// An IP address without a port, e.g. "127.0.0.1" or "::1". Must be a loopback address, unless
  /// allow_any_address is set. Default: 127.0.0.1.
  std::string address = "127.0.0.1";

  /// Permits every address of this machine for `address`, so that other machines can reach the
  /// simulator. It gives tokens to everyone, although no service accepts them. Default: false.
  bool allow_any_address = false;

  /// Lets clients replace the fault rules by PUT and DELETE /faults although `address` is not a
  /// loopback address. Default: false.
  bool allow_remote_faults = false;

  /// TCP port; 0 selects a free one. Default: 0.
  std::uint16_t port = 0;

  /// The delay before every answer to a token request, errors included; other requests are not
  /// delayed.
  /// Requests on different connections are delayed concurrently, those on one connection one after
  /// the other. A client that leaves during the delay is noticed when its answer is sent. 0 to 24
  /// hours. Default: 0.
  std::chrono::nanoseconds latency{0};

  /// The lifetime of tokens, from the arrival of the request. 0 to 100 years; with 0, tokens have
  /// already expired when they are issued. Default: 24 hours, as on real hosts.
  std::chrono::seconds expires_in{86400};

  /// Divides the times that tokens state, so that a token's day passes in minutes: 600 makes 24
  /// hours 144 seconds of real time. Applies to expires_in and to the member `lifetime` of fault
  /// rules, and so to expires_in, expires_on, not_before and the claims exp, nbf and iat of tokens.
  /// Results are whole seconds, and at least one unless the lifetime is 0. Everything else keeps
  /// real time: latency, limits, the windows of fault rules, Retry-After and timeouts. 1 to a
  /// million. Default: 1.
  std::uint32_t time_factor = 1;

  /// The system-assigned identity; empty for a host without one. As on a real host, a request that
  /// names no identity then gets a token of the user-assigned identity if there is only one.
  /// Default: sample_system_assigned_identity().
  std::optional<simulated_identity> system_assigned = sample_system_assigned_identity();

  /// The user-assigned identities. Default: sample_user_assigned_identity().
  std::vector<simulated_identity> user_assigned = {sample_user_assigned_identity()};

  /// Accepts every other user-assigned identity as well if it is selected by a GUID (client id or
  /// object id) or by the resource id of a user-assigned identity. Its other ids are derived from
  /// that one. Default: false.
  bool any_user_assigned = false;

  /// The resources that the tenant knows, compared exactly; requests for others fail with
  /// AADSTS500011. If empty, every absolute URI and every GUID is known. Default: empty.
  std::vector<std::string> resources{};

  /// Connections without progress for this long are closed, up to a quarter of it late. One
  /// millisecond to 24 hours. Default: two minutes.
  std::chrono::milliseconds idle_timeout{120'000};

  /// How long stop() waits for answers in flight before it closes their connections. 0 to one
  /// minute. Default: half a second.
  std::chrono::milliseconds stop_timeout{500};

  /// The text of a rules file (JSON): which token requests fail, and how. docs/simulator.md
  /// describes it. Empty for no faults. Default: empty.
  std::string fault_rules{};

  /// The name of a scenario of simulated_scenarios(), whose rules apply after fault_rules. Empty
  /// for none. Default: empty.
  std::string scenario{};

  /// Makes the random decisions of the fault rules (probabilities and latencies) repeatable: equal
  /// seeds, rules and sequences of requests have equal faults. 0 draws a seed; see
  /// simulated_host::seed(). Default: 0.
  std::uint64_t seed = 0;

  /// Token requests admitted in any one second, which is a sliding window. Others are answered at
  /// once with 429 and "Retry-After: 1", and do not count. 0 to a million; 0 means no limit.
  /// Default: 0.
  std::size_t limit_per_second = 0;

  /// Token requests that may be in progress at the same time. Others are answered at once with 429
  /// and "Retry-After: 1", and do not count. 0 means no limit. Default: 0.
  std::size_t limit_concurrency = 0;

  /// The number of token requests that the journal keeps, the newest ones. 0 to ten million; 0
  /// means no journal. Default: 0.
  std::size_t journal_size = 0;

  /// The secret that requests to App Service, Service Fabric and Machine Learning must carry, as
  /// given by IDENTITY_HEADER or MSI_SECRET. Visible ASCII characters. If empty, a random one.
  /// Default: empty.
  std::string secret{};

  /// The directory of Azure Arc's key files. Most clients trust only /var/opt/azcmagent/tokens. A
  /// missing directory is created, and removed with the host, as are the files. If empty, a new
  /// directory under TMPDIR. Default: empty.
  std::string arc_key_directory{};

  /// The file for the certificate of an https host, in PEM. It must not exist, and is removed with
  /// the host. If empty, a file in a new directory under TMPDIR. Default: empty.
  std::string certificate_file{};

  /// Whether IMDS knows version 2 of its identity API, as clients find out: its path for the
  /// platform's metadata answers 400 without the Metadata header, in place of 404. Nothing else of
  /// that version is simulated. Default: true.
  bool knows_imds_v2 = true;

  /// Serves workload identity over plain http, for clients that can be configured to allow it. Has
  /// no effect on other hosts: Service Fabric always uses https, the others never do. Default:
  /// false.
  bool plain_http = false;

  /// Serves workload identity as the token proxy of AKS identity bindings: over https, with a
  /// certificate that an authority of the simulator signed, for one server name only. A connection
  /// that asks for no name or another is refused during the TLS handshake. certificate_file then
  /// has the certificate of the authority; see also simulated_host::rotate_authority(). Only for
  /// workload identity, and not with plain_http. Default: false.
  bool identity_binding = false;
};

/// A named rules file, for what hosts do by their documentation, or did by reports. All texts are
/// constants.
struct simulated_scenario {
  /// As in simulated_host_options::scenario and `midas simulate --scenario`.
  std::string_view name{};
  /// What the host does, in one line.
  std::string_view summary{};
  /// Where it is documented or reported: addresses, separated by spaces.
  std::string_view source{};
  /// The text of the rules file, for simulated_host::set_fault_rules().
  std::string_view rules{};
};

/// All scenarios. docs/simulator.md has the timeline of each. Any thread.
[[nodiscard]] std::span<const simulated_scenario> simulated_scenarios() noexcept;

}  // namespace midas
