#include "tools/program.hpp"

#include "tools/exit_code.hpp"

#include <CLI/CLI.hpp>

namespace midas::internal::tools {

std::string program_version() { return MIDAS_VERSION; }

named_actions declare_program(CLI::App& program) {
  program.name("midas");
  program.description(
      "midas gets Azure managed-identity tokens from the host it runs on, serves them to other "
      "programs of the machine, and simulates such hosts.");
  program.set_version_flag("--version", "midas " + program_version());
  program.require_subcommand(0, 1);
  program.footer(exit_codes_help);
  return {
      {"token", add_token_command(program)},       {"doctor", add_doctor_command(program)},
      {"simulate", add_simulate_command(program)}, {"load", add_load_command(program)},
      {"store", add_store_command(program)},       {"proxy", add_proxy_command(program)},
  };
}

}  // namespace midas::internal::tools
