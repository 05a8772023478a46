// The kinds of hosts that hand out managed-identity tokens.
#pragma once

#include <midas/detail/export.hpp>
#include <midas/error.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace midas {

/// Each has an identity endpoint with a protocol of its own.
enum class identity_host : std::uint8_t {
  /// A virtual machine or scale set: the Azure Instance Metadata Service.
  imds,
  /// App Service, Functions, Container Apps, Automation.
  app_service,
  /// App Service's older form, MSI_ENDPOINT with MSI_SECRET. Never detected: its variables are
  /// those of machine_learning.
  app_service_2017,
  service_fabric,
  azure_arc,
  machine_learning,
  cloud_shell,
  /// A federated token (AKS and others), exchanged at Microsoft Entra ID.
  workload_identity,
};

/// "IMDS", "App Service", "Service Fabric": for people.
MIDAS_EXPORT std::string_view to_string(identity_host host) noexcept;

/// "imds", "app-service", "service-fabric": for command lines and files.
MIDAS_EXPORT std::string_view option_name(identity_host host) noexcept;

/// The host of that option_name. Fails with errc::invalid_configuration, naming those that there
/// are.
MIDAS_EXPORT expected<identity_host> read_identity_host(std::string_view option);

/// Every host, those that are detected first, in the order of detection.
MIDAS_EXPORT std::span<const identity_host> identity_hosts() noexcept;

}  // namespace midas
