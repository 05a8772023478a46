#include "tools/command.hpp"
#include "tools/exit_code.hpp"
#include "tools/json_writer.hpp"
#include "tools/request_arguments.hpp"
#include "tools/store/store_location.hpp"
#include "tools/store/stored_request.hpp"
#include "tools/token/jwt_claims.hpp"
#include <midas/midas.hpp>

#include <CLI/CLI.hpp>

#include <iostream>
#include <utility>

namespace midas::internal::tools {

namespace {

struct token_arguments {
  request_arguments request;
  /// Empty: none.
  std::string store;
  std::string claims;
  bool force_refresh = false;
  bool no_retries = false;
  std::string output = "json";
  bool show_claims = false;
};

std::string as_json(const access_token& token) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  json_writer writer;
  writer.StartObject();
  writer.member("access_token", token.token().reveal());
  writer.member("token_type", token.token_type());
  writer.member("resource", token.resource());
  writer.Key("expires_in");
  writer.Int64((token.expires_on() - now).count());
  writer.time("expires_on", token.expires_on());
  if (const auto refresh_on = token.refresh_on()) {
    writer.time("refresh_on", *refresh_on);
  }
  writer.member("token_source", to_string(token.source()));
  if (token.claims_not_passed_on()) {
    writer.Key("claims_not_passed_on");
    writer.Bool(true);
  }
  writer.EndObject();
  return writer.str();
}

int report(const error& problem) {
  print_error("midas token", problem);
  return exit_code_of(problem.code);
}

int print(const access_token& token, const token_arguments& arguments) {
  if (arguments.show_claims) {
    const auto claims = claims_of(token.token().reveal());
    if (!claims) {
      return report(claims.error());
    }
    std::cout << *claims << '\n';
  } else if (arguments.output == "raw") {
    std::cout << token.token().reveal() << '\n';
  } else if (arguments.output == "header") {
    std::cout << "Authorization: " << token.authorization_header().reveal() << '\n';
  } else {
    std::cout << as_json(token) << '\n';
  }
  return std::cout.flush() ? success : failure;
}

void warn_of_store(const error& problem) {
  print_error("midas token", "warning: " + to_string(problem));
}

expected<access_token> get_token(stored_request wanted, const std::string& store) {
  if (store.empty()) {
    token_service tokens{wanted.options};
    return tokens.get(wanted.request, wanted.timeout);
  }
  auto path = store_path(store);
  if (!path) {
    return unexpected{std::move(path.error())};
  }
  wanted.store = *std::move(path);
  return get_with_store(wanted, &warn_of_store);
}

int run_token(const token_arguments& arguments) {
  const auto options = service_options_of(arguments.request);
  if (!options) {
    return report(options.error());
  }
  auto settings = *options;
  if (arguments.no_retries) {
    settings.max_retries = 0;
  }
  auto request = request_of(arguments.request);
  request.claims = arguments.claims;
  request.force_refresh = arguments.force_refresh;
  const auto token = get_token({std::move(request), std::move(settings), arguments.request.timeout},
                               arguments.store);
  return token ? print(*token, arguments) : report(token.error());
}

}  // namespace

action add_token_command(CLI::App& program) {
  auto& command = *program.add_subcommand("token", "Get a token and print it");
  const auto arguments = std::make_shared<token_arguments>();
  command
      .add_option("--resource,--scope", arguments->request.resource,
                  "The Azure resource URI that the token is for, such as https://vault.azure.net,\n"
                  "or a scope, which is a resource URI followed by /.default")
      ->required()
      ->check(refuse_option);
  add_request_options(command, arguments->request);
  add_store_option(command, arguments->store,
                   "A file that keeps tokens: a stored token is printed without a request to the\n"
                   "host, and a new one is saved");
  command
      .add_option("--claims", arguments->claims,
                  "The claims challenge (JSON) from a service that rejected a token")
      ->check(refuse_option);
  command.add_flag("--force-refresh", arguments->force_refresh,
                   "Request a new token from the host, even if one is cached or stored");
  command.add_flag("--no-retries", arguments->no_retries,
                   "Fail on the first error, even a transient one");
  auto* output =
      command
          .add_option("--output", arguments->output,
                      "json: an object with the token and its lifetime; raw: the token alone;\n"
                      "header: \"Authorization: Bearer ...\", for curl -H @-")
          ->check(CLI::IsMember({"json", "raw", "header"}))
          ->capture_default_str();
  command
      .add_flag("--show-claims", arguments->show_claims,
                "Print the claims in the token as JSON instead of the token")
      ->excludes(output);
  command.footer(exit_codes_help);
  return [arguments] { return run_token(*arguments); };
}

}  // namespace midas::internal::tools
