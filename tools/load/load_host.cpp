#include "tools/load/load_host.hpp"

#include "tools/command.hpp"
#include "tools/duration.hpp"
#include "tools/simulate/fault_arguments.hpp"
#include "transport/hosts/host_environment.hpp"
#include "transport/hosts/host_registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace midas::internal::tools {

namespace {

constexpr std::string_view from_environment = "environment";

identity_host host_of(const load_arguments& arguments) {
  // The option was checked.
  return arguments.request.host ? read_identity_host(*arguments.request.host).value()
                                : identity_host::imds;
}

// A simulator has no limits. A target has those of its kind of host.
std::optional<host_limits> limits_of(const load_arguments& arguments) {
  const bool is_detected = arguments.target == from_environment && !arguments.request.host;
  if (is_detected && !arguments.max_in_flight && !arguments.requests_per_second) {
    return std::nullopt;
  }
  const auto standard =
      arguments.target.empty() ? host_limits{64, 0} : default_limits(host_of(arguments));
  return host_limits{arguments.max_in_flight.value_or(standard.max_in_flight),
                     arguments.requests_per_second.value_or(standard.max_per_second)};
}

// The variables of this process that describe its host, with another address.
std::vector<environment_variable> environment_with(std::string_view endpoint_variable,
                                                   const std::string& endpoint) {
  std::vector<environment_variable> result;
  for (const auto& [name, value] : environment_of_this_process().variables) {
    if (name != endpoint_variable) {
      result.push_back({name, std::string{value.begin(), value.end()}});
    }
  }
  result.push_back({std::string{endpoint_variable}, endpoint});
  return result;
}

simulated_host_options simulator_options(const load_arguments& arguments) {
  simulated_host_options options;
  options.host = host_of(arguments);
  options.latency = arguments.latency;
  options.expires_in = std::chrono::duration_cast<std::chrono::seconds>(arguments.expires_in);
  options.any_user_assigned = true;
  options.fault_rules = fault_rules_of({arguments.faults_file, {}});
  return options;
}

load_host make_simulator(const load_arguments& arguments) {
  load_host result;
  result.simulator = std::make_unique<simulated_host>(simulator_options(arguments));
  result.options = result.simulator->options();
  // The simulator does not know that identity.
  result.options.identity_from_environment = false;
  set_log(result.options, arguments.request.verbose);
  const auto environment = environment_of_this_process();
  if (const auto level = environment.variable(log_variable); !level.empty()) {
    result.options.environment->push_back({std::string{log_variable}, std::string{level}});
  }
  result.description =
      fmt::format("simulated {} with a latency of {}", to_string(host_of(arguments)),
                  format_duration(arguments.latency));
  return result;
}

expected<load_host> make_target(const load_arguments& arguments) {
  auto options = service_options_of(arguments.request);
  if (!options) {
    return unexpected{std::move(options.error())};
  }
  load_host result;
  const auto& target = arguments.target;
  result.description = "host at " + target;
  const auto variable = endpoint_variable_of(host_of(arguments));
  if (target == from_environment) {
    result.description = "host of the environment";
  } else if (variable.empty()) {
    options->endpoint = target;
  } else {
    options->environment = environment_with(variable, target);
  }
  result.options = *std::move(options);
  return result;
}

}  // namespace

std::string_view endpoint_variable_of(identity_host host) {
  const auto& row = profile_of(host);
  if (row.signature.mode == detection_mode::fallback) {
    return {};
  }
  const auto is_address = [](std::string_view name) {
    return name.ends_with("_ENDPOINT") || name.ends_with("_AUTHORITY_HOST");
  };
  for (const auto& variable : row.signature.needed()) {
    if (is_address(variable.name)) {
      return variable.name;
    }
  }
  const auto found = std::ranges::find_if(row.other_variables, is_address);
  return found == row.other_variables.end() ? std::string_view{} : *found;
}

expected<load_host> make_load_host(const load_arguments& arguments) {
  auto host = arguments.target.empty() ? expected<load_host>{make_simulator(arguments)}
                                       : make_target(arguments);
  if (host) {
    auto& options = host->options;
    options.limits = limits_of(arguments);
    const auto keys = arguments.fresh_keys ? arguments.callers : arguments.resources;
    options.max_cold_keys_per_lane = std::max(options.max_cold_keys_per_lane, keys);
    options.max_keys = std::max(options.max_keys, 2 * keys);
  }
  return host;
}

}  // namespace midas::internal::tools
