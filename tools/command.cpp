#include "tools/command.hpp"

#include "messages/plain_text.hpp"
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
