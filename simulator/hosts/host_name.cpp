#include "simulator/hosts/host_name.hpp"

#include <array>
#include <utility>

namespace midas::simulator {
namespace {

using kind = identity_host;

constexpr std::array<std::pair<kind, std::string_view>, 8> names{{
    {kind::imds, "imds"},
    {kind::app_service, "app-service"},
    {kind::app_service_2017, "app-service-2017"},
    {kind::service_fabric, "service-fabric"},
    {kind::azure_arc, "arc"},
    {kind::machine_learning, "machine-learning"},
    {kind::cloud_shell, "cloud-shell"},
    {kind::workload_identity, "workload-identity"},
}};

}  // namespace

std::string_view host_name(identity_host host) noexcept {
  for (const auto& [candidate, name] : names) {
    if (candidate == host) {
      return name;
    }
  }
  return {};
}

std::optional<identity_host> host_of_name(std::string_view name) noexcept {
  for (const auto& [host, candidate] : names) {
    if (candidate == name) {
      return host;
    }
  }
  return std::nullopt;
}

}  // namespace midas::simulator
