#include "simulator/hosts/host_registry.hpp"

#include "simulator/hosts/simulated_app_service.hpp"
#include "simulator/hosts/simulated_arc.hpp"
#include "simulator/hosts/simulated_cloud_shell.hpp"
#include "simulator/hosts/simulated_imds.hpp"
#include "simulator/hosts/simulated_service_fabric.hpp"
#include "simulator/hosts/simulated_workload_identity.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace midas::internal::simulator {
namespace {

using protocol_pointer = std::unique_ptr<simulated_protocol>;

template <class Protocol>
protocol_pointer make(const simulated_host_options& options, const std::string&) {
  return std::make_unique<Protocol>(options);
}

template <const app_service_api& (*Api)()>
protocol_pointer make_app_service(const simulated_host_options& options, const std::string&) {
  return std::make_unique<simulated_app_service>(Api(), options);
}

protocol_pointer make_service_fabric(const simulated_host_options& options,
                                     const std::string& thumbprint) {
  return std::make_unique<simulated_service_fabric>(options, thumbprint);
}

constexpr std::array rows{
    simulated_host_row{identity_host::imds, tls_use::never, &make<simulated_imds>},
    simulated_host_row{identity_host::app_service, tls_use::never,
                       &make_app_service<app_service_2019>},
    simulated_host_row{identity_host::app_service_2017, tls_use::never,
                       &make_app_service<app_service_2017>},
    simulated_host_row{identity_host::service_fabric, tls_use::always, &make_service_fabric},
    simulated_host_row{identity_host::azure_arc, tls_use::never, &make<simulated_arc>},
    simulated_host_row{identity_host::machine_learning, tls_use::never,
                       &make_app_service<machine_learning_api>},
    simulated_host_row{identity_host::cloud_shell, tls_use::never, &make<simulated_cloud_shell>},
    simulated_host_row{identity_host::workload_identity, tls_use::by_default,
                       &make<simulated_workload_identity>,
                       /*supports_identity_binding=*/true},
};

}  // namespace

std::span<const simulated_host_row> simulated_host_rows() noexcept { return rows; }

const simulated_host_row& row_of(identity_host host) {
  const auto* const found = std::find_if(
      rows.begin(), rows.end(), [host](const simulated_host_row& row) { return row.host == host; });
  if (found == rows.end()) {
    throw std::invalid_argument(
        "the simulator's host is not an enumerator of midas::identity_host; choose one of them");
  }
  return *found;
}

}  // namespace midas::internal::simulator
