#include "simulator/faults/fault_rules.hpp"
#include "tools/command.hpp"
#include "tools/environment_text.hpp"
#include "tools/exit_code.hpp"
#include "tools/simulate/announcement.hpp"
#include "tools/simulate/fault_arguments.hpp"
#include "tools/stop_signals.hpp"
#include "transport/hosts/host_registry.hpp"
#include <midas/simulated_host.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace midas::internal::tools {

namespace {

struct simulate_arguments {
  simulated_host_options options{};
  fault_arguments faults{};
  /// Empty: print the announcement instead.
  std::string print_environment{};
  /// Empty: the one of the recording, or IMDS.
  std::optional<identity_host> host{};
  std::chrono::nanoseconds expires_in = std::chrono::hours{24};
  bool no_system_assigned = false;
  bool no_imds_v2 = false;
  /// Zero: never.
  std::chrono::nanoseconds rotate_authority{0};
};

bool has_rules_file(const simulate_arguments& arguments) {
  return !arguments.faults.rules_file.empty();
}

simulated_host_options options_of(const simulate_arguments& arguments) {
  auto options = arguments.options;
  options.expires_in = std::chrono::duration_cast<std::chrono::seconds>(arguments.expires_in);
  options.fault_rules = fault_rules_of(arguments.faults);
  const auto recorded = recording_of(arguments.faults);
  options.knows_imds_v2 = !arguments.no_imds_v2 && (!recorded || recorded->knows_imds_v2);
  options.host = arguments.host.value_or(recorded ? recorded->host.value_or(identity_host::imds)
                                                  : identity_host::imds);
  if (arguments.no_system_assigned) {
    options.system_assigned.reset();
  }
  return options;
}

void print_ready(const simulated_host& host, const simulated_host_options& options,
                 const std::string& format) {
  fmt::print("{}", format.empty()
                       ? announcement(host, options)
                       : environment_text(read_environment_format(format), host.environment()));
  if (std::fflush(stdout) != 0) {
    throw std::system_error{errno, std::generic_category(),
                            "cannot print the address of the host; check standard output"};
  }
}

// A wrong file changes nothing.
void reload_faults(simulated_host& host, const simulate_arguments& arguments) {
  const auto& file = arguments.faults.rules_file;
  try {
    const auto rules = fault_rules_of(arguments.faults);
    host.set_fault_rules(rules);
    const auto count = simulator::parse_fault_rules(rules).size();
    print_error(
        "midas simulate",
        fmt::format("the fault rules of {} have been read again; {} {} in force, those of the "
                    "options included",
                    file, count, count == 1 ? "rule is" : "rules are"));
  } catch (const std::invalid_argument& problem) {
    print_error("midas simulate",
                std::string{problem.what()} + "; the previous rules remain in force");
  }
}

// Returns the signal that arrived, or 0 if it is time to rotate the authority.
int next_signal(const stop_signals& signals, std::chrono::nanoseconds rotate_authority) {
  return rotate_authority > std::chrono::nanoseconds{0} ? signals.wait_for(rotate_authority)
                                                        : signals.wait();
}

void wait_for_stop(simulated_host& host, const stop_signals& signals,
                   const simulate_arguments& arguments) {
  for (;;) {
    const int signal = next_signal(signals, arguments.rotate_authority);
    if (signal == 0) {
      host.rotate_authority();
    } else if (signal == SIGHUP && has_rules_file(arguments)) {
      reload_faults(host, arguments);
    } else {
      return;
    }
  }
}

int run_simulate(const simulate_arguments& arguments) {
  // Before the host starts its thread, which must not receive the signals.
  const stop_signals signals{has_rules_file(arguments) ? hangup::reload : hangup::stop};
  try {
    const auto options = options_of(arguments);
    simulated_host host{options};
    print_ready(host, options, arguments.print_environment);
    wait_for_stop(host, signals, arguments);
    host.stop();
    if (arguments.print_environment.empty()) {
      const auto total = host.statistics();
      fmt::print("Stopped after {} requests over {} connections.\n", total.requests,
                 total.connections);
    }
    return success;
  } catch (const std::invalid_argument& e) {
    print_error("midas simulate", e.what());
    return bad_usage;
  } catch (const std::system_error& e) {
    print_error("midas simulate", e.what());
    return failure;
  }
}

void add_host(CLI::App& command, std::optional<identity_host>& chosen) {
  command
      .add_option_function<std::string>(
          "--host",
          [&chosen](const std::string& name) {
            const auto host = read_identity_host(name);
            if (!host) {
              throw CLI::ValidationError("--host", usage_error_text(host.error()));
            }
            chosen = *host;
          },
          "The kind of host [imds]:\n" + internal::host_options(70))
      ->type_name("HOST");
}

void add_behavior_options(CLI::App& command, simulate_arguments& arguments) {
  auto& options = arguments.options;
  add_duration(command, "--latency", options.latency, "Response time of token requests");
  add_duration(command, "--expires-in", arguments.expires_in, "Lifetime of tokens");
  command
      .add_option("--time-factor", options.time_factor,
                  "Divide the lifetimes of tokens: with 600, a day passes in 144 s")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command.add_option("--resource", options.resources,
                     "A resource that the tenant knows; may be repeated\n"
                     "[any absolute URI or GUID]");
  command.add_flag("--no-system-assigned", arguments.no_system_assigned,
                   "Simulate a host without a system-assigned identity");
  command.add_flag("--any-user-assigned", options.any_user_assigned,
                   "Accept every well-formed user-assigned identity");
  command.add_flag("--no-imds-v2", arguments.no_imds_v2,
                   "Simulate an IMDS that does not know version 2 of its identity API");
  command
      .add_option("--arc-key-directory", options.arc_key_directory,
                  "Directory for the key files of Azure Arc; most clients accept only\n"
                  "/var/opt/azcmagent/tokens [a new directory under TMPDIR]")
      ->type_name("DIRECTORY");
  command
      .add_option("--certificate-file", options.certificate_file,
                  "File for the certificate of service-fabric and workload-identity\n"
                  "[in a new directory under TMPDIR]")
      ->type_name("FILE");
  command.add_flag("--plain-http", options.plain_http,
                   "Serve workload-identity over http instead of https");
  command.add_flag("--identity-binding", options.identity_binding,
                   "Serve workload-identity as the token proxy of AKS identity bindings");
  add_duration(command, "--rotate-authority", arguments.rotate_authority,
               "With --identity-binding: how often to replace the certificate authority; 0: never");
}

std::string footer() {
  const auto identity = sample_user_assigned_identity();
  return fmt::format(
      "The host has a system-assigned identity and a user-assigned one with\n"
      "  client ID   {}\n  object ID   {}\n  resource ID {}\n\n{}",
      identity.client_id, identity.object_id, identity.resource_id, exit_codes_help);
}

}  // namespace

action add_simulate_command(CLI::App& program) {
  auto& command = *program.add_subcommand(
      "simulate",
      "Serve the identity endpoint of a simulated host until SIGINT, SIGTERM or SIGHUP.\n"
      "With --faults, SIGHUP reads the file again instead");
  const auto arguments = std::make_shared<simulate_arguments>();
  auto& options = arguments->options;
  add_host(command, arguments->host);
  command
      .add_option("--print-env", arguments->print_environment,
                  "Print only the environment variables that lead clients to the host:\n"
                  "sh, powershell, docker, systemd, kubernetes or json")
      ->check(CLI::IsMember(environment_format_names()))
      ->type_name("FORMAT");
  command.add_option("--port", options.port, "The port; 0 picks a free one")->capture_default_str();
  command.add_option("--address", options.address, "The address to listen on")
      ->capture_default_str();
  command.add_flag("--allow-any-address", options.allow_any_address,
                   "Allow an address that other machines can reach");
  command.add_flag("--allow-remote-faults", options.allow_remote_faults,
                   "On such an address, let clients change the fault rules by PUT /faults");
  add_behavior_options(command, *arguments);
  add_fault_options(command, options, arguments->faults);
  command.footer(footer());
  return [arguments] { return run_simulate(*arguments); };
}

}  // namespace midas::internal::tools
