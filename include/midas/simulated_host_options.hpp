// Which host is simulated, and how it behaves.
#pragma once

#include "simulator/simulated_imds_options.hpp"

#include <cstdint>
#include <string>

namespace midas {

/// The hosts that can be simulated.
enum class identity_host : std::uint8_t {
  /// A virtual machine or scale set.
  imds,
  /// App Service, Functions, Container Apps: version 2019-08-01.
  app_service,
  /// App Service's older form, MSI_ENDPOINT with MSI_SECRET: version 2017-09-01.
  app_service_2017,
  service_fabric,
  azure_arc,
  machine_learning,
  cloud_shell,
  /// Microsoft Entra ID, where the federated token of a workload (AKS and others) is exchanged.
  workload_identity,
};

/// What all hosts have in common is said in simulated_host_options.
struct simulated_host_options : simulated_host_options {
  identity_host host = identity_host::imds;

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
