#include "messages/make_error.hpp"
#include "proxy/proxy_server.hpp"
#include "tools/command.hpp"
#include "tools/exit_code.hpp"
#include "tools/proxy/proxy_arguments.hpp"
#include "tools/simulate/stop_signals.hpp"
#include <midas/token_service.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <system_error>

namespace midas::internal::tools {
namespace {

using proxy::proxy_configuration;
using proxy::proxy_server;

constexpr const char* command_name = "midas proxy";

struct proxy_arguments {
  proxy_configuration configuration{};
  bool verbose = false;
};

/// One line for each address, and on standard error one for each that is missing.
void print_endpoints(const proxy_server& server) {
  for (const auto& each : server.endpoints()) {
    if (each.problem.empty()) {
      fmt::print("Listening on {}\n", each.text);
    } else {
      print_error(command_name, each.problem);
    }
  }
  if (std::fflush(stdout) != 0) {
    throw std::system_error{errno, std::generic_category(),
                            "cannot print the addresses; check standard output"};
  }
}

int serve(const proxy_arguments& arguments, const token_service_options& options,
          const stop_signals& signals) {
  const auto& configuration = arguments.configuration;
  token_service tokens{options};
  proxy_server server{configuration, {}, tokens, nullptr};
  if (const auto checked = check_upstream(options, server.endpoints()); !checked) {
    print_error(command_name, checked.error());
    return bad_usage;
  }
  print_endpoints(server);
  signals.wait();
  if (!server.drain(configuration.drain_timeout)) {
    print_error(command_name, "not every request was answered before --drain-timeout");
    return failure;
  }
  return success;
}

int run_proxy(const proxy_arguments& arguments) {
  // Before any thread starts, which must not receive the signals.
  const stop_signals signals;
  auto options = proxy::upstream_options(arguments.configuration);
  if (!options) {
    print_error(command_name, options.error());
    return bad_usage;
  }
  set_log(*options, arguments.verbose);
  try {
    return serve(arguments, *options, signals);
  } catch (const std::invalid_argument& e) {
    print_error(command_name, e.what());
    return bad_usage;
  } catch (const std::runtime_error& e) {
    print_error(command_name, e.what());
    return failure;
  }
}

}  // namespace

action add_proxy_command(CLI::App& program) {
  auto& command = *program.add_subcommand(
      "proxy",
      "Serve the tokens of this machine to its other programs, in the protocols of IMDS and App "
      "Service, until SIGINT or SIGTERM");
  const auto arguments = std::make_shared<proxy_arguments>();
  auto& configuration = arguments->configuration;
  add_listener_options(command, configuration);
  add_upstream_options(command, configuration);
  add_access_options(command, configuration);
  add_limit_options(command, configuration);
  add_verbose(command, arguments->verbose);
  command.footer(exit_codes_help);
  return [arguments] { return run_proxy(*arguments); };
}

}  // namespace midas::internal::tools
