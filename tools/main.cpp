// The command-line program `midas`.
#include "tools/command.hpp"
#include "tools/exit_code.hpp"
#include "tools/program.hpp"

#include <CLI/CLI.hpp>

#include <exception>
#include <string>

namespace midas::internal::tools {

namespace {

// "midas load --help" if that command was named.
std::string help_for(const CLI::App& program) {
  std::string command = "midas";
  for (const auto* below = &program; !below->get_subcommands().empty();) {
    below = below->get_subcommands().front();
    command += " " + below->get_name();
  }
  return " (see " + command + " --help)";
}

// In the order of the command line, which CLI11's own message reverses.
std::string unexpected_arguments(const CLI::App& program) {
  std::string text;
  for (const auto& argument : program.remaining(true)) {
    text += " " + argument;
  }
  return text.empty() ? text : "unexpected arguments:" + text;
}

std::string unknown_command(const CLI::App& program) {
  std::string names;
  for (const auto* command : program.get_subcommands([](const CLI::App*) { return true; })) {
    names += (names.empty() ? "" : ", ") + command->get_name();
  }
  return "there is no command \"" + program.remaining().front() + "\"; the commands are " + names;
}

std::string text_of(const CLI::ParseError& problem, const CLI::App& program) {
  const auto more = unexpected_arguments(program);
  if (dynamic_cast<const CLI::ExtrasError*>(&problem) != nullptr) {
    const bool is_command = program.get_subcommands().empty() && !program.remaining().empty() &&
                            !program.remaining().front().starts_with('-');
    return is_command ? unknown_command(program) : more;
  }
  // A value without its option, such as a resource without --resource.
  const bool lacks_option = dynamic_cast<const CLI::RequiredError*>(&problem) != nullptr;
  return problem.what() + (lacks_option && !more.empty() ? "; " + more : std::string{});
}

int run(int argc, char** argv) {
  CLI::App program;
  const auto actions = declare_program(program);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) {
      return program.exit(e);
    }
    print_error("midas", text_of(e, program) + help_for(program));
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
