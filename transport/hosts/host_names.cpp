#include "messages/make_error.hpp"
#include "transport/formats/plain_text.hpp"
#include "transport/hosts/host_protocol.hpp"

#include <algorithm>
#include <array>

namespace midas {

using namespace internal;

namespace {

struct host_names {
  identity_host host;
  std::string_view name;
  std::string_view option;
};

constexpr std::array<host_names, 8> hosts{{
    {identity_host::imds, "IMDS", "imds"},
    {identity_host::app_service, "App Service", "app-service"},
    {identity_host::app_service_2017, "App Service of 2017", "app-service-2017"},
    {identity_host::service_fabric, "Service Fabric", "service-fabric"},
    {identity_host::azure_arc, "Azure Arc", "arc"},
    {identity_host::machine_learning, "Machine Learning", "machine-learning"},
    {identity_host::cloud_shell, "Cloud Shell", "cloud-shell"},
    {identity_host::workload_identity, "Workload identity", "workload-identity"},
}};

const host_names* names_of(identity_host host) noexcept {
  const auto* found = std::ranges::find(hosts, host, &host_names::host);
  return found == hosts.end() ? nullptr : found;
}

}  // namespace

std::string_view to_string(identity_host host) noexcept {
  const auto* names = names_of(host);
  return names != nullptr ? names->name : "unknown";
}

std::string_view option_name(identity_host host) noexcept {
  const auto* names = names_of(host);
  return names != nullptr ? names->option : "unknown";
}

std::span<const identity_host> identity_hosts() noexcept {
  static constexpr auto all = [] {
    std::array<identity_host, hosts.size()> result{};
    std::ranges::transform(hosts, result.begin(), &host_names::host);
    return result;
  }();
  return all;
}

expected<identity_host> read_identity_host(std::string_view option) {
  const auto* const found = std::ranges::find(hosts, option, &host_names::option);
  if (found != hosts.end()) {
    return found->host;
  }
  std::string all;
  for (const auto& each : hosts) {
    all.append(all.empty() ? "" : ", ").append(each.option);
  }
  return fail(errc::invalid_configuration,
              "there is no identity host " + quoted(one_line(option, 100)), "Name one of " + all);
}

}  // namespace midas
