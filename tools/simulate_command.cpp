#include <midas/simulator/simulated_imds.hpp>
#include <midas/tools/command.hpp>
#include <midas/tools/exit_code.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <pthread.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigwait is POSIX, not ISO C

#include <iostream>
#include <stdexcept>

namespace midas::tools {

namespace {

// Made before any thread, so that none of them takes these signals.
class stop_signals {
 public:
  stop_signals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }

  void wait() const {
    int received = 0;
    sigwait(&set_, &received);
  }

 private:
  sigset_t set_{};
};

int run_simulate(const simulated_imds_options& options) {
  const stop_signals signals;
  try {
    simulated_imds imds{options};
    fmt::print(
        "Simulated IMDS at {0}\n"
        "  a token:     midas token --endpoint {0} --resource https://vault.azure.net\n"
        "  other SDKs:  export AZURE_POD_IDENTITY_AUTHORITY_HOST={0}\n"
        "  statistics:  curl {0}/stats\n"
        "Ctrl-C stops it.\n",
        imds.endpoint());
    (void)std::fflush(stdout);
    signals.wait();
    imds.stop();
    const auto heard = imds.statistics();
    fmt::print("Stopped after {} requests over {} connections.\n", heard.requests,
               heard.connections);
    return success;
  } catch (const std::invalid_argument& e) {
    std::cerr << "midas simulate: " << e.what() << '\n';
    return bad_usage;
  } catch (const std::system_error& e) {
    std::cerr << "midas simulate: " << e.what() << '\n';
    return failure;
  }
}

}  // namespace

action add_simulate_command(CLI::App& program) {
  auto& command = *program.add_subcommand(
      "simulate", "Serve a simulated identity endpoint (IMDS) until SIGINT or SIGTERM");
  struct arguments {
    simulated_imds_options options;
    std::chrono::nanoseconds expires_in = std::chrono::hours{24};
    bool no_system_assigned = false;
  };
  const auto given = std::make_shared<arguments>();
  auto& options = given->options;
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
                   "The machine has no system-assigned identity");
  command.add_flag("--any-user-assigned", options.any_user_assigned,
                   "Accept every well-formed user-assigned identity");
  command.footer(fmt::format(
      "Besides its system-assigned identity the machine has a user-assigned "
      "one with\n  client id   {}\n  object id   {}\n  resource id {}\n\n{}",
      sample_user_assigned_identity().client_id, sample_user_assigned_identity().object_id,
      sample_user_assigned_identity().resource_id, exit_codes_help));
  return [given] {
    given->options.expires_in = std::chrono::duration_cast<std::chrono::seconds>(given->expires_in);
    if (given->no_system_assigned) {
      given->options.system_assigned.reset();
    }
    return run_simulate(given->options);
  };
}

}  // namespace midas::tools
