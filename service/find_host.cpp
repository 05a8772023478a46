#include "service/find_host.hpp"

#include "transport/hosts/host_registry.hpp"

namespace midas::internal {

expected<host_protocol> find_host(const token_service_options& options,
                                  const host_environment& environment) {
  return find_host(detect_host(environment, options.host, options.endpoint), options, environment);
}

expected<host_protocol> find_host(const host_detection& detection,
                                  const token_service_options& options,
                                  const host_environment& environment) {
  host_settings settings;
  settings.allow_insecure = options.allow_insecure_endpoint;
  settings.client_capabilities = options.client_capabilities;
  settings.imds_authority = options.endpoint;
  settings.proxy = options.proxy;
  settings.ca_file = options.ca_file;
  settings.arc_key_directory = options.arc_key_directory;
  settings.identity_binding = options.identity_binding;
  return make_protocol(detection, environment, settings);
}

}  // namespace midas::internal
