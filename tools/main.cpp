// The command-line program `midas`.
#include "tools/command.hpp"
#include "tools/exit_code.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <exception>
#include <string>
#include <utility>

namespace midas::internal::tools {

namespace {

int run(int argc, char** argv) {
  CLI::App program{
      "midas gets Azure managed-identity tokens from the host it runs on, and simulates such "
      "hosts.",
      "midas"};
  program.set_version_flag("--version", std::string{"midas "} + MIDAS_VERSION);
  program.require_subcommand(0, 1);
  program.footer(exit_codes_help);
  const std::array actions{
      std::pair{"token", add_token_command(program)},
      std::pair{"doctor", add_doctor_command(program)},
      std::pair{"simulate", add_simulate_command(program)},
      std::pair{"load", add_load_command(program)},
      std::pair{"store", add_store_command(program)},
  };
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) {
      return program.exit(e);
    }
    print_error("midas", std::string{e.what()} + " (see midas --help)");
    return bad_usage;
  }
  for (const auto& [name, run_command] : actions) {
    if (program.got_subcommand(name)) {
      return run_command();
    }
  }
  print_error("midas", "no command given (see midas --help)");
  return bad_usage;
}

}  // namespace

}  // namespace midas::internal::tools

int main(int argc, char** argv) {
  try {
    return midas::internal::tools::run(argc, argv);
  } catch (const std::exception& e) {
    midas::internal::tools::print_error("midas", e.what());
    return midas::internal::tools::failure;
  }
}
