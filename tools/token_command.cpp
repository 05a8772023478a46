#include <midas/midas.hpp>
#include <midas/tools/command.hpp>
#include <midas/tools/exit_code.hpp>

#include <CLI/CLI.hpp>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <iostream>

namespace midas::tools {

namespace {

struct token_arguments {
  std::string resource;
  std::string client_id;
  std::string object_id;
  std::string resource_id;
  std::string endpoint;
  std::string output = "json";
  std::chrono::nanoseconds timeout = std::chrono::seconds{30};
  bool allow_insecure_endpoint = false;
};

managed_identity identity_of(const token_arguments& arguments, const CLI::App& command) {
  if (command.count("--client-id") != 0) {
    return managed_identity::client_id(arguments.client_id);
  }
  if (command.count("--object-id") != 0) {
    return managed_identity::object_id(arguments.object_id);
  }
  if (command.count("--resource-id") != 0) {
    return managed_identity::resource_id(arguments.resource_id);
  }
  return {};
}

std::string as_json(const access_token& token) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  rapidjson::StringBuffer text;
  rapidjson::PrettyWriter writer{text};
  writer.SetIndent(' ', 2);
  const auto string = [&writer](const char* name, std::string_view value) {
    writer.Key(name);
    writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  };
  const auto number = [&writer](const char* name, std::int64_t value) {
    writer.Key(name);
    writer.Int64(value);
  };
  writer.StartObject();
  string("access_token", token.token().reveal());
  string("token_type", token.token_type());
  string("resource", token.resource());
  number("expires_in", (token.expires_on() - now).count());
  number("expires_on", token.expires_on().time_since_epoch().count());
  if (const auto refresh_on = token.refresh_on()) {
    number("refresh_on", refresh_on->time_since_epoch().count());
  }
  string("token_source", to_string(token.source()));
  writer.EndObject();
  return {text.GetString(), text.GetSize()};
}

int run_token(const token_arguments& arguments, const CLI::App& command) {
  token_service_options options;
  options.endpoint = arguments.endpoint;
  options.allow_insecure_endpoint = arguments.allow_insecure_endpoint;
  token_service tokens{options};
  const auto token =
      tokens.get({.identity = identity_of(arguments, command), .resource = arguments.resource},
                 arguments.timeout);
  if (!token) {
    std::cerr << "midas token: " << token.error() << '\n';
    return exit_code_of(token.error().code);
  }
  if (arguments.output == "raw") {
    std::cout << token->token().reveal() << '\n';
  } else if (arguments.output == "header") {
    std::cout << "Authorization: " << token->token_type() << ' ' << token->token().reveal() << '\n';
  } else {
    std::cout << as_json(*token) << '\n';
  }
  return std::cout.flush() ? success : failure;
}

}  // namespace

action add_token_command(CLI::App& program) {
  auto& command = *program.add_subcommand("token", "Get a token and print it");
  const auto arguments = std::make_shared<token_arguments>();
  command
      .add_option("--resource,--scope", arguments->resource,
                  "The Azure resource URI that the token is for, such as https://vault.azure.net;\n"
                  "a scope, which ends in /.default, will do")
      ->required();
  auto* identity = command.add_option_group(
      "Identity", "Which user-assigned identity; without any, the system-assigned one");
  identity->add_option("--client-id", arguments->client_id, "By its client id (GUID)");
  identity->add_option("--object-id", arguments->object_id, "By its object id (GUID)");
  identity->add_option("--resource-id", arguments->resource_id,
                       "By its Azure resource id (/subscriptions/...)");
  identity->require_option(0, 1);
  command.add_option("--endpoint", arguments->endpoint,
                     "The identity endpoint, such as http://127.0.0.1:8080\n"
                     "[AZURE_POD_IDENTITY_AUTHORITY_HOST, else http://169.254.169.254]");
  command.add_flag("--allow-insecure-endpoint", arguments->allow_insecure_endpoint,
                   "Allow plain http to an endpoint that is neither on this machine nor Azure's");
  add_duration(command, "--timeout", arguments->timeout, "How long to wait for the token");
  command
      .add_option("--output", arguments->output,
                  "json: an object with the token and its life; raw: the token alone;\n"
                  "header: \"Authorization: Bearer ...\", for curl -H @-")
      ->check(CLI::IsMember({"json", "raw", "header"}))
      ->capture_default_str();
  command.footer(exit_codes_help);
  return [arguments, &command] { return run_token(*arguments, command); };
}

}  // namespace midas::tools
