// The host that a load run asks.
#pragma once

#include "tools/load/load_arguments.hpp"
#include <midas/error.hpp>
#include <midas/simulated_host.hpp>
#include <midas/token_service_options.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace midas::internal::tools {

struct load_host {
  /// Null with --target.
  std::unique_ptr<simulated_host> simulator;
  token_service_options options;
  /// "simulated IMDS with a latency of 50 ms", "host at http://127.0.0.1:8080".
  std::string description;
};

/// Starts the simulator unless there is a target. Throws as the constructor of simulated_host does,
/// and std::invalid_argument if the file of --faults cannot be read.
expected<load_host> make_load_host(const load_arguments& arguments);

/// The environment variable that has the address of that kind of host, such as IDENTITY_ENDPOINT.
/// Empty for IMDS, whose address is an option.
std::string_view endpoint_variable_of(identity_host host);

}  // namespace midas::internal::tools
