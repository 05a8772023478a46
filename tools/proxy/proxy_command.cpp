#include "messages/make_error.hpp"
#include "proxy/administration/admin_server.hpp"
#include "proxy/lifecycle/identity_header_file.hpp"
#include "proxy/lifecycle/service_manager.hpp"
#include "proxy/observation/access_log.hpp"
#include "proxy/observation/observation.hpp"
#include "proxy/proxy_server.hpp"
#include "proxy/server/descriptor_limit.hpp"
#include "tools/command.hpp"
#include "tools/environment_text.hpp"
#include "tools/exit_code.hpp"
#include "tools/program.hpp"
#include "tools/proxy/client_variables.hpp"
#include "tools/proxy/metrics_endpoint.hpp"
#include "tools/proxy/proxy_arguments.hpp"
#include "tools/proxy/proxy_process.hpp"
#include "tools/proxy/service_administration.hpp"
#include "tools/stop_signals.hpp"
#include <midas/token_service.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

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
void print_endpoints(const proxy_server& server, std::FILE* to) {
  for (const auto& each : server.endpoints()) {
    if (each.problem.empty()) {
      fmt::print(to, "Listening on {}\n", each.text);
    } else {
      print_error(command_name, each.problem);
    }
  }
  if (std::fflush(to) != 0) {
    throw std::system_error{errno, std::generic_category(),
                            "cannot print the addresses; check standard output and standard error"};
  }
}

int refuse(const error& problem) {
  print_error(command_name, problem);
  return bad_usage;
}

/// How long a probe waits for the workers, which answer within microseconds.
constexpr std::chrono::milliseconds probe_patience{500};

std::unique_ptr<metrics_endpoint> start_metrics(const proxy_configuration& configuration,
                                                const proxy::observation& seen,
                                                proxy_server& server,
                                                const proxy_process& process) {
  if (!configuration.metrics) {
    return nullptr;
  }
  auto endpoint = metrics_endpoint::listen(
      configuration, seen,
      [&server] {
        return server.responds(probe_patience)
                   ? proxy::health{.text = "the workers respond"}
                   : proxy::health{.is_good = false, .text = "a worker does not respond"};
      },
      [&process] {
        return process.is_serving()
                   ? proxy::health{.text = "clients are accepted"}
                   : proxy::health{.is_good = false, .text = "the proxy is draining"};
      });
  if (!endpoint) {
    // Clients get their tokens all the same.
    print_error(command_name, endpoint.error());
    return nullptr;
  }
  return *std::move(endpoint);
}

std::unique_ptr<proxy::admin_server> start_administration(const proxy_configuration& configuration,
                                                          proxy::administration& administration) {
  if (configuration.admin_path.empty()) {
    return nullptr;
  }
  try {
    return std::make_unique<proxy::admin_server>(configuration.admin_path, administration);
  } catch (const std::system_error& e) {
    print_error(command_name, e.what());
    return nullptr;
  }
}

expected<std::unique_ptr<proxy::access_log>> open_log(const proxy_configuration& configuration) {
  if (configuration.access_log.empty()) {
    return nullptr;
  }
  return proxy::access_log::open(configuration.access_log, proxy_server::workers_of(configuration));
}

int serve(const proxy_arguments& arguments, const proxy_configuration& configuration,
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
  passed.reserve(manager.sockets.size());
  for (const auto& socket : manager.sockets) {
    passed.push_back(socket.descriptor);
  }
  const auto log = open_log(configuration);
  if (!log) {
    return refuse(log.error());
  }
  token_service tokens{*options};
  proxy::observation seen{{.workers = proxy_server::workers_of(configuration),
                           .version = program_version(),
                           .log = log->get()}};
  seen.follow(tokens);
  // The service reports its host only with its first event; the counters of the host should be
  // there from the start.
  if (const auto host = proxy::upstream_host(*options)) {
    seen.note(*host);
  }
  proxy_server server{started, passed, tokens, &seen};
  if (const auto checked = check_upstream(*options, server.endpoints()); !checked) {
    return refuse(checked.error());
  }
  proxy_process process{server, tokens, arguments, configuration, manager, log->get()};
  service_administration administration{tokens,
                                        {.forget_refusals = [&server] { server.forget_refusals(); },
                                         .reload = [&process] { return process.reload(); },
                                         .drain = &proxy_process::request_drain}};
  const auto metrics = start_metrics(configuration, seen, server, process);
  const auto administrator = start_administration(configuration, administration);
  auto* const people = stream_for_people(configuration);
  print_endpoints(server, people);
  if (metrics != nullptr) {
    fmt::print(people, "Metrics and status at {}\n", metrics->url());
    (void)std::fflush(people);
  }
  return process.run(signals);
}

/// Checks what read_proxy_configuration() cannot: the upstream.
int check(const proxy_configuration& configuration) {
  const auto options = proxy::upstream_options(configuration);
  if (!options) {
    return refuse(options.error());
  }
  std::vector<proxy::endpoint_state> listeners;
  for (const auto& each : configuration.listeners) {
    listeners.push_back({.where = each});
  }
  const auto checked = check_upstream(*options, listeners);
  return checked ? success : refuse(checked.error());
}

int print_variables(const proxy_configuration& configuration, const std::string& format) {
  const auto variables = client_variables(configuration);
  if (!variables) {
    return refuse(variables.error());
  }
  if (!configuration.identity_header_file.empty() && variables->size() == 1) {
    print_error(command_name, "warning: there is no file " + configuration.identity_header_file +
                                  " that this user can see, so IDENTITY_ENDPOINT and "
                                  "IDENTITY_HEADER are missing. Start the proxy first, which "
                                  "creates it");
  }
  fmt::print("{}", environment_text(read_environment_format(format), *variables));
  return std::fflush(stdout) == 0 ? success : failure;
}

int run_proxy(const proxy_arguments& arguments) {
  // Tokens and the identity header are in memory: other processes of the same user cannot look, and
  // there is no core file.
  (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  // Each client has a descriptor, and the usual soft limit is 1,024.
  proxy::raise_descriptor_limit();
  // Before any thread starts, which must not receive the signals.
  const stop_signals signals{hangup::reload};
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
  try {
    if (arguments.check_only) {
      return check(*configuration);
    }
    return arguments.print_environment.empty()
               ? serve(arguments, *configuration, *manager, signals)
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
