#include "messages/make_error.hpp"
#include "proxy/lifecycle/identity_header_file.hpp"
#include "proxy/lifecycle/service_manager.hpp"
#include "proxy/proxy_server.hpp"
#include "tools/command.hpp"
#include "tools/environment_text.hpp"
#include "tools/exit_code.hpp"
#include "tools/proxy/client_variables.hpp"
#include "tools/proxy/proxy_arguments.hpp"
#include "tools/proxy/proxy_process.hpp"
#include "tools/stop_signals.hpp"
#include <midas/token_service.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <system_error>

namespace midas::internal::tools {

namespace {

using proxy::proxy_configuration;
using proxy::proxy_server;
using proxy::service_manager_settings;

constexpr const char* command_name = "midas proxy";

/// What the service manager says; the sockets are ready for use.
expected<service_manager_settings> from_service_manager() {
  std::vector<environment_variable> variables;
  for (const auto* const name : proxy::service_manager_variables) {
    if (const auto* const value = std::getenv(name)) {
      variables.push_back({name, value});
    }
  }
  auto settings = service_manager_settings::read(variables, ::getpid());
  if (settings) {
    if (const auto adopted = proxy::adopt(settings->sockets); !adopted) {
      return unexpected{adopted.error()};
    }
  }
  return settings;
}

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

int refuse(const error& problem) {
  print_error(command_name, problem);
  return bad_usage;
}

int serve(const proxy_arguments& arguments, proxy_configuration configuration,
          const service_manager_settings& manager, const stop_signals& signals) {
  auto options = proxy::upstream_options(configuration);
  if (!options) {
    return refuse(options.error());
  }
  set_log(*options, arguments.verbose);
  auto started = configuration;
  if (!configuration.identity_header_file.empty()) {
    auto header = proxy::read_or_create_identity_header(configuration.identity_header_file);
    if (!header) {
      return refuse(header.error());
    }
    started.identity_header = *std::move(header);
  }
  std::vector<int> passed;
  for (const auto& socket : manager.sockets) {
    passed.push_back(socket.descriptor);
  }
  token_service tokens{*options};
  proxy_server server{started, std::move(passed), tokens, nullptr};
  if (const auto checked = check_upstream(*options, server.endpoints()); !checked) {
    return refuse(checked.error());
  }
  print_endpoints(server);
  return proxy_process{server, arguments, std::move(configuration), manager}.run(signals);
}

int print_variables(const proxy_configuration& configuration, const std::string& format) {
  const auto variables = client_variables(configuration);
  if (!variables) {
    return refuse(variables.error());
  }
  fmt::print("{}", environment_text(read_environment_format(format), *variables));
  return std::fflush(stdout) == 0 ? success : failure;
}

int run_proxy(const proxy_arguments& arguments) {
  // Tokens and the identity header are in memory: other processes of the same user cannot look, and
  // there is no core file.
  (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  // Before any thread starts, which must not receive the signals.
  const stop_signals signals;
  const auto manager = from_service_manager();
  if (!manager) {
    return refuse(manager.error());
  }
  auto configuration = read_proxy_configuration(arguments, !manager->sockets.empty());
  if (!configuration) {
    for (const auto& problem : configuration.error()) {
      print_error(command_name, to_string(problem));
    }
    return bad_usage;
  }
  if (arguments.check_only) {
    return success;
  }
  try {
    return arguments.print_environment.empty()
               ? serve(arguments, *std::move(configuration), *manager, signals)
               : print_variables(*configuration, arguments.print_environment);
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
  add_proxy_options(command, *arguments);
  command.footer(exit_codes_help);
  return [arguments] { return run_proxy(*arguments); };
}

}  // namespace midas::internal::tools
