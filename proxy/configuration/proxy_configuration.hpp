// The configuration of the proxy, as a plain value.
#pragma once

#include <midas/secret.hpp>

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::proxy {

/// Where clients connect: an address and a port, or the path of a Unix socket.
struct listen_address {
  /// An IPv4 or IPv6 address; empty for a Unix socket.
  std::string address{};
  /// 0 picks a free port.
  std::uint16_t port = 0;
  /// The path of a Unix socket; empty for TCP.
  std::string path{};

  bool operator==(const listen_address&) const = default;
};

/// In a list of token_rules: every resource, or every identity.
inline constexpr std::string_view any_token = "*";
/// In a list of identities: the identity of requests that name none.
inline constexpr std::string_view system_assigned_text = "system-assigned";

/// Which tokens clients may get. An absent list allows everything, an empty one nothing.
struct token_rules {
  /// Resources, or "*"; compared by comparable_resource(): without "/.default" and a trailing
  /// slash, scheme and authority case-insensitively.
  std::optional<std::vector<std::string>> resources{};
  /// Client, object or resource ids, "system-assigned", or "*"; ids are compared
  /// case-insensitively. A request that names no identity asks for "system-assigned", whichever
  /// identity the host then chooses.
  std::optional<std::vector<std::string>> identities{};

  bool operator==(const token_rules&) const = default;
};

/// The rules for one user, in place of the general ones. An absent list is the general one.
struct user_rules {
  uid_t uid = 0;
  token_rules tokens{};

  bool operator==(const user_rules&) const = default;
};

/// Everything that the command line and the configuration file say. What a reload can change is
/// `allowed_hosts`, `allowed_uids`, `tokens`, `users`, the timeouts and the limits.
struct proxy_configuration {
  /// At least one, unless the service manager passes sockets.
  std::vector<listen_address> listeners{};
  /// Allows listeners that other machines can reach.
  bool allow_non_loopback = false;

  /// "auto", the URL of an IMDS, or the option name of a host (docs/hosts.md).
  std::string upstream = "auto";
  /// The value of X-IDENTITY-HEADER that the App Service protocol requires; made at start if empty.
  secret identity_header{};
  /// The file that has it, or gets the one that is made at start; see
  /// read_or_create_identity_header(). Empty: no file.
  std::string identity_header_file{};

  /// Names that a Host header may have besides the addresses of the proxy, e.g. that of a service
  /// in Kubernetes; without ports, compared case-insensitively.
  std::vector<std::string> allowed_hosts{};
  /// Users that may connect. Absent: all.
  std::optional<std::vector<uid_t>> allowed_uids{};
  token_rules tokens{};
  std::vector<user_rules> users{};

  /// Threads that serve clients, from 1 to 64; 0: one for each processor, at most 4.
  unsigned workers = 0;
  /// Connections of all listeners together.
  std::size_t max_connections = 10'000;
  /// Connections of one client; 0: see connections_per_client().
  std::size_t max_connections_per_client = 0;
  /// Bytes of request line and header fields.
  std::uint32_t max_header_bytes = 16'384;
  /// How long a client may take for one request, from its first byte.
  std::chrono::milliseconds header_timeout{10'000};
  /// How long a connection may be idle between requests.
  std::chrono::milliseconds idle_timeout{120'000};
  /// How long a client waits for a token.
  std::chrono::milliseconds request_timeout{30'000};
  /// Distinct tokens that a client may wait for at a time while they are not in memory.
  std::size_t max_cold_keys_per_client = 64;
  /// How long SIGTERM waits for the requests in progress.
  std::chrono::milliseconds drain_timeout{25'000};

  /// Where metrics and the status page are served.
  std::optional<listen_address> metrics{};
  /// The Unix socket of the administrator, with mode 0600; empty: none.
  std::string admin_path{};
  /// The file that gets a line of JSON per request, "-" for standard output; empty: none.
  std::string access_log{};
};

}  // namespace midas::internal::proxy
