// Detects, from the environment, which host this process runs on, and explains the decision.
#pragma once

#include "transport/hosts/host_environment.hpp"
#include "transport/hosts/host_profile.hpp"
#include <midas/error.hpp>
#include <midas/identity_host.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal {

/// The evidence for one host.
struct host_finding {
  identity_host host{};
  /// Whether the process is taken to run on this host.
  bool matched = false;
  std::vector<host_evidence> evidence;

  friend bool operator==(const host_finding&, const host_finding&) = default;
};

/// True if an option chose the host, and nothing on this machine indicates it.
[[nodiscard]] bool lacks_evidence(const host_finding& finding);

struct host_detection {
  expected<identity_host> host;
  /// The hosts that were examined, in order; the last one is the one that was found, if any.
  std::vector<host_finding> findings;
  /// Whether the host was only assumed, since nothing names a host.
  bool is_assumed = false;
  /// Variables that are set but that the host does not use, one sentence each. They explain the
  /// result to a reader who expected another host.
  std::vector<std::string> remarks{};
  /// Why this host: "IMDS was assumed because no variable names another host", followed by the
  /// variables that lack others, "; IDENTITY_HEADER is set, but has no effect without
  /// IDENTITY_ENDPOINT". Empty if the detection failed.
  std::string reason{};
};

/// Tries the rows of the registry (host_profiles()) in order, and chooses the first host whose
/// variables are all set and not empty, or for which there is other evidence (host_signature);
/// without one, the fallback, IMDS. This is the order of MSAL .NET and Go, except that workload
/// identity comes first, as in the credential chain of azure-identity.
///
/// If AZURE_TOKEN_CREDENTIALS is WorkloadIdentityCredential or ManagedIdentityCredential, in any
/// case of letters, hosts of the other one are ignored, unless the variables of the named one
/// are incomplete. The reason says so; other values are remarked on.
///
/// `chosen`, the application's choice, takes precedence over the environment. A nonempty
/// `imds_authority` (host_settings::imds_authority) selects IMDS.
///
/// Fails with errc::invalid_configuration, naming the variables or options,
/// - if the chosen host lacks a variable that it needs,
/// - if `imds_authority` is given, but another host than IMDS is chosen.
host_detection detect_host(const host_environment& environment,
                           std::optional<identity_host> chosen = {},
                           std::string_view imds_authority = {});

}  // namespace midas::internal
