#include "tools/command.hpp"
#include "tools/doctor/report.hpp"
#include "tools/exit_code.hpp"
#include "tools/request_arguments.hpp"

#include <CLI/CLI.hpp>

#include <iostream>

namespace midas::internal::tools {

namespace {

struct doctor_arguments {
  request_arguments request;
  bool json = false;
};

int run_doctor(const doctor_arguments& arguments) {
  const auto options = service_options_of(arguments.request);
  if (!options) {
    print_error("midas doctor", options.error());
    return exit_code_of(options.error().code);
  }
  const auto result = examine(request_of(arguments.request), *options, arguments.request.timeout);
  std::cout << (arguments.json ? to_json(result) + "\n" : to_text(result));
  if (!std::cout.flush()) {
    return failure;
  }
  return result.token ? success : exit_code_of(result.token.error().code);
}

}  // namespace

action add_doctor_command(CLI::App& program) {
  auto& command = *program.add_subcommand(
      "doctor", "Report the detected host and whether it issues a token, and explain failures");
  const auto arguments = std::make_shared<doctor_arguments>();
  arguments->request.resource = "https://management.azure.com/";
  arguments->request.timeout = std::chrono::seconds{10};
  command
      .add_option("--resource,--scope", arguments->request.resource,
                  "The Azure resource URI to request a token for")
      ->check(refuse_empty)
      ->check(refuse_option)
      ->capture_default_str();
  add_request_options(command, arguments->request);
  command.add_flag("--json", arguments->json, "Print one JSON object instead of the report");
  command.footer(exit_codes_help);
  return [arguments] { return run_doctor(*arguments); };
}

}  // namespace midas::internal::tools
