#include "transport/hosts/host_registry.hpp"

#include "messages/make_error.hpp"
#include "transport/hosts/app_service.hpp"
#include "transport/hosts/azure_arc.hpp"
#include "transport/hosts/cloud_shell.hpp"
#include "transport/hosts/imds.hpp"
#include "transport/hosts/machine_learning.hpp"
#include "transport/hosts/service_fabric.hpp"
#include "transport/hosts/workload_identity.hpp"

namespace midas::internal {

host_limits default_limits(identity_host host) noexcept {
  return host == identity_host::imds ? host_limits{} : host_limits{192, 0};
}

expected<host_protocol> make_protocol(identity_host host, const host_environment& environment,
                                      const host_settings& settings) {
  switch (host) {
    case identity_host::imds:
      return imds::make_protocol(environment, settings);
    case identity_host::app_service:
      return app_service::make_protocol(app_service::api_2019, environment, settings);
    case identity_host::app_service_2017:
      return app_service::make_protocol(app_service::api_2017, environment, settings);
    case identity_host::service_fabric:
      return service_fabric::make_protocol(environment, settings);
    case identity_host::azure_arc:
      return azure_arc::make_protocol(environment, settings);
    case identity_host::machine_learning:
      return machine_learning::make_protocol(environment, settings);
    case identity_host::cloud_shell:
      return cloud_shell::make_protocol(environment, settings);
    case identity_host::workload_identity:
      return workload_identity::make_protocol(environment, settings);
  }
  return fail(errc::invalid_configuration, "the host is of no known kind",
              "Choose one of midas::identity_host's");
}

expected<host_protocol> make_protocol(const host_detection& detection,
                                      const host_environment& environment,
                                      const host_settings& settings) {
  if (!detection.host) {
    return unexpected{detection.host.error()};
  }
  return make_protocol(*detection.host, environment, settings);
}

}  // namespace midas::internal
