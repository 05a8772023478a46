#include "tools/command.hpp"
#include "tools/exit_code.hpp"
#include "tools/simulate/environment_text.hpp"
#include "tools/simulate/fault_arguments.hpp"
#include "transport/hosts/host_protocol.hpp"
#include <midas/simulated_host.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <pthread.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigwait is POSIX, not ISO C

#include <cerrno>
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace midas::internal::tools {

namespace {

// Made before any thread, so that none of them takes these signals.
class stop_signals {
 public:
  stop_signals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    // The terminal closes; under nohup that is ignored.
    struct sigaction hangup {};
    if (sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler != SIG_IGN) {
      sigaddset(&set_, SIGHUP);
    }
    // Printing for nobody is an error like others, and not the end before the files are removed.
    (void)signal(SIGPIPE, SIG_IGN);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }

  void wait() const {
    int received = 0;
    sigwait(&set_, &received);
  }

 private:
  sigset_t set_{};
};

identity_host kind_of(identity_host host) {
  switch (host) {
    case identity_host::app_service:
      return identity_host::app_service;
    case identity_host::app_service_2017:
      return identity_host::app_service_2017;
    case identity_host::service_fabric:
      return identity_host::service_fabric;
    case identity_host::azure_arc:
      return identity_host::azure_arc;
    case identity_host::machine_learning:
      return identity_host::machine_learning;
    case identity_host::cloud_shell:
      return identity_host::cloud_shell;
    case identity_host::workload_identity:
      return identity_host::workload_identity;
    case identity_host::imds:
      break;
  }
  return identity_host::imds;
}

// What --print-env takes.
enum class environment_format { none, shell, json };

struct simulate_arguments {
  simulated_host_options options{};
  fault_arguments faults{};
  identity_host host = identity_host::imds;
  environment_format print_environment = environment_format::none;
  std::chrono::nanoseconds expires_in = std::chrono::hours{24};
  bool no_system_assigned = false;
};

void tell_imds(const simulated_host& host) {
  fmt::print(
      "Simulated IMDS at {0}\n"
      "  a token:     midas token --endpoint {0} --resource https://vault.azure.net\n"
      "  other SDKs:  export AZURE_POD_IDENTITY_AUTHORITY_HOST={0}\n"
      "  statistics:  curl {0}/stats\n",
      host.endpoint());
}

// The one directory whose key files clients trust, midas among them.
constexpr std::string_view arc_agent_directory = "/var/opt/azcmagent/tokens";

void tell_other(const simulated_host& host, identity_host kind) {
  fmt::print("Simulated {} at {}\n", to_string(kind), host.endpoint());
  fmt::print("{}", as_shell(host.environment()));
  const bool is_https = !host.certificate_file().empty();
  const bool is_federated = kind == identity_host::workload_identity;
  fmt::print("  a token:     midas token --host {}{} --resource https://vault.azure.net\n",
             option_name(kind), is_federated && !is_https ? " --allow-insecure-endpoint" : "");
  if (is_federated && is_https) {
    fmt::print("               once the system trusts the certificate; or see --plain-http\n");
  }
  if (kind == identity_host::azure_arc && host.arc_key_directory() != arc_agent_directory) {
    fmt::print("               refused until key files are in {}; see --arc-key-directory\n",
               arc_agent_directory);
  }
  if (is_https) {
    fmt::print("  certificate: {}\n  thumbprint:  {}\n", host.certificate_file(),
               host.certificate_thumbprint());
  }
  if (!host.arc_key_directory().empty()) {
    fmt::print("  key files:   {}\n", host.arc_key_directory());
  }
  fmt::print("  statistics:  curl {}{}/stats\n",
             is_https ? fmt::format("--cacert {} ", host.certificate_file()) : "", host.endpoint());
}

void tell_faults(const simulated_host& host, const simulate_arguments& arguments) {
  if (arguments.options.journal_size > 0) {
    const auto trust = host.certificate_file().empty()
                           ? std::string{}
                           : fmt::format("--cacert {} ", host.certificate_file());
    fmt::print("  journal:     curl {}{}/journal\n", trust, host.endpoint());
  }
  fmt::print("  seed:        {}\n", host.seed());
}

void tell(const simulated_host& host, const simulate_arguments& arguments) {
  switch (arguments.print_environment) {
    case environment_format::shell:
      fmt::print("{}", as_shell(host.environment()));
      break;
    case environment_format::json:
      fmt::print("{}", as_json(host.environment()));
      break;
    case environment_format::none:
      if (arguments.host == identity_host::imds) {
        tell_imds(host);
      } else {
        tell_other(host, arguments.host);
      }
      tell_faults(host, arguments);
      fmt::print("Ctrl-C stops it.\n");
      break;
  }
  if (std::fflush(stdout) != 0) {
    throw std::system_error{errno, std::generic_category(),
                            "cannot print where the host is; give standard output a reader"};
  }
}

int run_simulate(const simulate_arguments& arguments) {
  const stop_signals signals;
  try {
    auto options = arguments.options;
    options.fault_rules = fault_rules_of(arguments.faults);
    simulated_host host{options};
    tell(host, arguments);
    signals.wait();
    host.stop();
    if (arguments.print_environment == environment_format::none) {
      const auto heard = host.statistics();
      fmt::print("Stopped after {} requests over {} connections.\n", heard.requests,
                 heard.connections);
    }
    return success;
  } catch (const std::invalid_argument& e) {
    std::cerr << "midas simulate: " << e.what() << '\n';
    return bad_usage;
  } catch (const std::system_error& e) {
    std::cerr << "midas simulate: " << e.what() << '\n';
    return failure;
  }
}

void add_host(CLI::App& command, simulate_arguments& arguments) {
  command
      .add_option_function<std::string>(
          "--host",
          [&arguments](const std::string& name) {
            const auto host = read_identity_host(name);
            if (!host) {
              throw CLI::ValidationError("--host",
                                         host.error().message + ". " + host.error().advice);
            }
            arguments.host = *host;
            arguments.options.host = kind_of(*host);
          },
          "The host: imds, app-service, app-service-2017, service-fabric, arc,\n"
          "machine-learning, cloud-shell or workload-identity [imds]")
      ->type_name("HOST");
}

}  // namespace

action add_simulate_command(CLI::App& program) {
  auto& command = *program.add_subcommand(
      "simulate",
      "Serve the identity endpoint of a simulated host until SIGINT, SIGTERM or SIGHUP");
  const auto given = std::make_shared<simulate_arguments>();
  auto& options = given->options;
  add_host(command, *given);
  command
      .add_option_function<std::string>(
          "--print-env",
          [given](const std::string& format) {
            given->print_environment =
                format == "sh" ? environment_format::shell : environment_format::json;
          },
          "Print the variables that point programs at it, and nothing else:\n"
          "sh (export lines) or json")
      ->check(CLI::IsMember({"sh", "json"}))
      ->type_name("FORMAT");
  command.add_option("--port", options.port, "The port; 0 picks a free one")->capture_default_str();
  command.add_option("--address", options.address, "The address to listen on")
      ->capture_default_str();
  command.add_flag("--allow-any-address", options.allow_any_address,
                   "Allow an address that others can reach");
  add_duration(command, "--latency", options.latency, "How long each token takes");
  add_duration(command, "--expires-in", given->expires_in, "How long tokens live");
  command.add_option(
      "--resource", options.resources,
      "A resource that the tenant knows; may be repeated\n[any absolute URI or GUID]");
  command.add_flag("--no-system-assigned", given->no_system_assigned,
                   "The host has no system-assigned identity");
  command.add_flag("--any-user-assigned", options.any_user_assigned,
                   "Accept every well-formed user-assigned identity");
  command.add_option("--arc-key-directory", options.arc_key_directory,
                     "Where Azure Arc's key files go, /var/opt/azcmagent/tokens for most\n"
                     "clients [a new directory under TMPDIR]");
  command.add_option("--certificate-file", options.certificate_file,
                     "Where the certificate of service-fabric and workload-identity is\n"
                     "written [a new directory under TMPDIR]");
  command.add_flag("--plain-http", options.plain_http, "workload-identity without TLS");
  add_fault_options(command, options, given->faults);
  command.footer(fmt::format(
      "Besides its system-assigned identity the host has a user-assigned "
      "one with\n  client id   {}\n  object id   {}\n  resource id {}\n\n{}",
      sample_user_assigned_identity().client_id, sample_user_assigned_identity().object_id,
      sample_user_assigned_identity().resource_id, exit_codes_help));
  return [given] {
    given->options.expires_in = std::chrono::duration_cast<std::chrono::seconds>(given->expires_in);
    if (given->no_system_assigned) {
      given->options.system_assigned.reset();
    }
    return run_simulate(*given);
  };
}

}  // namespace midas::internal::tools
