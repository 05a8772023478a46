// The kinds of Azure hosts that issue managed-identity tokens.
#pragma once

#include <midas/detail/export.hpp>
#include <midas/error.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace midas {

/// Each has an identity endpoint with its own protocol.
enum class identity_host : std::uint8_t {
  /// A virtual machine or scale set: the Azure Instance Metadata Service.
  imds,
  /// App Service, Functions, Container Apps, Automation.
  app_service,
  /// The older protocol of App Service, with MSI_ENDPOINT and MSI_SECRET. Never detected, since
  /// machine_learning has the same variables.
  app_service_2017,
  /// An application on an Azure Service Fabric cluster.
  service_fabric,
  /// A server outside Azure with the agent of Azure Arc.
  azure_arc,
  /// A job on Azure Machine Learning compute.
  machine_learning,
  /// Azure Cloud Shell.
  cloud_shell,
  /// A federated token (AKS and others) that is exchanged at Microsoft Entra ID.
  workload_identity,
};

/// A name for people: "IMDS", "App Service", "Service Fabric". "unknown" for other numbers.
/// Thread-safe, as are the functions below.
MIDAS_EXPORT std::string_view to_string(identity_host host) noexcept;

/// A name for command lines and files: "imds", "app-service", "service-fabric". "unknown" for other
/// numbers.
MIDAS_EXPORT std::string_view option_name(identity_host host) noexcept;

/// The host with that option_name. Fails with errc::invalid_configuration for any other text; the
/// error lists the valid names.
MIDAS_EXPORT expected<identity_host> read_identity_host(std::string_view option);

/// Every host, in the order of detection; hosts that are never detected come last.
MIDAS_EXPORT std::span<const identity_host> identity_hosts() noexcept;

}  // namespace midas
