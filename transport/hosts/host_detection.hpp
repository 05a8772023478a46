// Which of Azure's hosts a process runs on, told from its environment, and how that was told.
#pragma once

#include "transport/hosts/host_environment.hpp"
#include "transport/hosts/host_protocol.hpp"
#include <midas/error.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal {

/// One thing that was looked at. Holds no value of a variable: some are secrets.
struct host_evidence {
  /// "IDENTITY_ENDPOINT", "the file /opt/azcmagent/bin/himds".
  std::string subject;
  /// "set", "not set", "empty, which counts as not set", "exists", "does not exist".
  std::string found;
  /// Whether it speaks for the host.
  bool present = false;

  friend bool operator==(const host_evidence&, const host_evidence&) = default;
};

/// What was found about one host.
struct host_finding {
  identity_host host{};
  /// Whether this is the host that the process is taken to be on.
  bool matched = false;
  std::vector<host_evidence> evidence;

  friend bool operator==(const host_finding&, const host_finding&) = default;
};

struct host_detection {
  expected<identity_host> host;
  /// The hosts that were looked for, in order, up to the one that was found.
  std::vector<host_finding> findings;
  /// What is set, but says nothing about that host, a sentence each: for a person who expected
  /// another.
  std::vector<std::string> remarks;
};

/// Decides as MSAL .NET and Go do, workload identity put before it as azure-identity's chain does:
/// the first of these whose variables are all set and not empty,
/// - workload identity: AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE
/// - Service Fabric: IDENTITY_ENDPOINT, IDENTITY_HEADER, IDENTITY_SERVER_THUMBPRINT
/// - App Service: IDENTITY_ENDPOINT, IDENTITY_HEADER
/// - Machine Learning: MSI_ENDPOINT, MSI_SECRET
/// - Cloud Shell: MSI_ENDPOINT
/// - Azure Arc: IDENTITY_ENDPOINT, IMDS_ENDPOINT; or its agent is installed
/// - IMDS: in any other case.
/// `chosen` is the application's own word, and goes before all of it. `imds_authority` is
/// host_settings::imds_authority: where it is given, the host is IMDS.
///
/// Fails with errc::invalid_configuration, naming variables and options,
/// - when a chosen host lacks a variable that it is told by,
/// - when `imds_authority` is given for a chosen host that is not IMDS,
/// - when nothing speaks for any host, yet IDENTITY_HEADER or MSI_SECRET is set without the
///   endpoint that it belongs to: this is no virtual machine, but a host that is set up wrongly.
host_detection detect_host(const host_environment& environment,
                           std::optional<identity_host> chosen = {},
                           std::string_view imds_authority = {});

}  // namespace midas::internal
