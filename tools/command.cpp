#include "tools/command.hpp"

#include "messages/plain_text.hpp"
#include "service/stderr_log.hpp"
#include "tools/duration.hpp"
#include <midas/identity_host.hpp>

#include <CLI/CLI.hpp>

#include <iostream>

namespace midas::internal::tools {

CLI::Option* add_duration(CLI::App& command, const std::string& name,
                          std::chrono::nanoseconds& value, const std::string& description) {
  auto* option = command.add_option_function<std::string>(
      name,
      [&value, name](const std::string& text) {
        auto parsed = parse_duration(text);
        if (!parsed) {
          throw CLI::ValidationError(name, usage_error_text(parsed.error()));
        }
        value = *parsed;
      },
      description + " [" + format_duration(value) + "]");
  return option->type_name("DURATION");
}

void add_verbose(CLI::App& command, bool& verbose) {
  command.add_flag("--verbose", verbose,
                   "Log each event of the token service on standard error [MIDAS_LOG]");
}

void set_log(token_service_options& options, bool verbose) {
  if (verbose) {
    options.log = &log_to_stderr;
  }
}

void print_error(std::string_view command, std::string_view problem) {
  std::cerr << command << ": " << printable(problem) << '\n';
}

void print_error(std::string_view command, const error& problem) {
  print_error(command, to_string(problem));
}

std::string usage_error_text(const error& problem) {
  return problem.message + ". " + problem.advice;
}

std::string refuse_empty(const std::string& value) {
  return value.empty() ? "the value is empty; give a value or omit the option" : std::string{};
}

std::string refuse_option(const std::string& value) {
  return value.starts_with("--") ? value + " is an option, not a value; give a value before it"
                                 : std::string{};
}

}  // namespace midas::internal::tools
