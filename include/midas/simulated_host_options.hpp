// Which host is simulated, how it behaves, and where it listens.
#pragma once

#include <midas/identity_host.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace midas {

/// The three names of one managed identity. Ids are compared without regard to case.
struct simulated_identity {
  /// A GUID; the application that the tokens are for (`appid`).
  std::string client_id{};
  /// A GUID; the principal (`oid`).
  std::string object_id{};
  /// "/subscriptions/.../providers/...": what the tokens carry as `xms_mirid`.
  std::string resource_id{};
};

/// The identity of the simulated machine itself.
[[nodiscard]] simulated_identity sample_system_assigned_identity();
/// A user-assigned identity for tests and examples to name.
[[nodiscard]] simulated_identity sample_user_assigned_identity();

struct simulated_host_options {
  identity_host host = identity_host::imds;

  /// An IP address without a port, e.g. "127.0.0.1" or "::1". Loopback only, unless
  /// allow_any_address says otherwise. Default: 127.0.0.1.
  std::string address = "127.0.0.1";

  /// Lets `address` be any address of this machine, so that others can reach the simulator. What it
  /// hands out opens nothing, but it will say yes to everyone. Default: no.
  bool allow_any_address = false;

  /// TCP port; 0 picks a free one. Default: 0.
  std::uint16_t port = 0;

  /// How long each answer of the token path waits, mistakes included; other paths do not wait.
  /// Requests on different connections wait side by side, those on one connection in turn.
  /// A client that leaves meanwhile is noticed when its answer goes out. At most a day.
  /// Default: none.
  std::chrono::nanoseconds latency{0};

  /// The lifetime of a token, counted from the arrival of its request. 0 to 100 years; a token of
  /// no lifetime is expired when it arrives. Default: a day, as the real service.
  std::chrono::seconds expires_in{86400};

  /// The machine's own identity; empty for a machine without one. As on a real machine, a request
  /// that names no identity then gets the token of the only user-assigned one.
  /// Default: sample_system_assigned_identity().
  std::optional<simulated_identity> system_assigned = sample_system_assigned_identity();

  /// The user-assigned identities that the machine has. Default: sample_user_assigned_identity().
  std::vector<simulated_identity> user_assigned = {sample_user_assigned_identity()};

  /// Accepts every other user-assigned identity too, if its id is a GUID (client id, object id) or
  /// a resource id of a user-assigned identity; its other names are made up from it. Default: no.
  bool any_user_assigned = false;

  /// The resources that the tenant knows, compared exactly. Others are answered as unknown
  /// (AADSTS500011). Empty for any absolute URI or GUID. Default: empty.
  std::vector<std::string> resources{};

  /// A connection that has completed no request for this long is closed, wherever it got stuck.
  /// At least a millisecond, at most a day; kept to within a quarter. Default: two minutes.
  std::chrono::milliseconds idle_timeout{120'000};

  /// How long stop() lets answers in flight finish before it closes their connections.
  /// At most a minute. Default: half a second.
  std::chrono::milliseconds stop_timeout{500};

  /// The text of a rules file, JSON: which token requests go wrong, and how. docs/simulator.md has
  /// the language. Empty for none. Default: none.
  std::string fault_rules{};

  /// Makes what the rules leave to chance (probabilities, distributions of latency) repeatable: the
  /// same seed, rules and order of requests give the same faults. 0 draws one; see seed().
  /// Default: 0.
  std::uint64_t seed = 0;

  /// Token requests that are admitted in any one second, a window that slides with their arrivals;
  /// those beyond it are answered with 429 and Retry-After at once, and count for nothing. At most
  /// a million; 0 for no limit. Default: no limit.
  std::size_t limit_per_second = 0;

  /// Token requests that may wait for their answer at once; those beyond it are answered as those
  /// beyond limit_per_second. 0 for no limit. Default: no limit.
  std::size_t limit_concurrency = 0;

  /// How many of the newest token requests the journal keeps. At most ten million; 0 for no
  /// journal. Default: none.
  std::size_t journal_size = 0;

  /// What IDENTITY_HEADER or MSI_SECRET takes on App Service, Service Fabric and Machine Learning:
  /// visible ASCII. Empty for one that nobody can guess. Default: empty.
  std::string secret{};

  /// Where Azure Arc's key files go. Most clients trust /var/opt/azcmagent/tokens alone. Made if it
  /// is missing, and then removed at the end, as are the files. Empty for a new directory under
  /// TMPDIR. Default: empty.
  std::string arc_key_directory{};

  /// Where an https host's certificate is written, in PEM; there must be no file of that name. It
  /// is removed at the end. Empty for one in a new directory under TMPDIR. Default: empty.
  std::string certificate_file{};

  /// Workload identity over plain http, for clients that can be told to allow it. Elsewhere without
  /// effect: Service Fabric is always https, the others never are. Default: no.
  bool plain_http = false;
};

}  // namespace midas
