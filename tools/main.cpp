// The command-line program `midas`.
#include "tools/command.hpp"
#include "tools/exit_code.hpp"
#include "tools/program.hpp"

#include <CLI/CLI.hpp>

#include <exception>
#include <string>

namespace midas::internal::tools {

namespace {

int run(int argc, char** argv) {
  CLI::App program;
  const auto actions = declare_program(program);
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
