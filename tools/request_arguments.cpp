#include "tools/request_arguments.hpp"

#include "tools/command.hpp"
#include "transport/hosts/host_registry.hpp"
#include <midas/managed_identity.hpp>

#include <CLI/CLI.hpp>

namespace midas::internal::tools {

namespace {

std::string refuse_unreadable_identity(const std::string& json) {
  const auto read = parse_managed_identity(json);
  return read ? std::string{} : usage_error_text(read.error());
}

managed_identity identity_of(const request_arguments& arguments) {
  if (arguments.client_id) {
    return managed_identity::client_id(*arguments.client_id);
  }
  if (arguments.object_id) {
    return managed_identity::object_id(*arguments.object_id);
  }
  if (arguments.resource_id) {
    return managed_identity::resource_id(*arguments.resource_id);
  }
  if (arguments.identity_json) {
    // The option was checked.
    return parse_managed_identity(*arguments.identity_json).value();
  }
  return arguments.system_assigned ? managed_identity::system_assigned() : managed_identity{};
}

}  // namespace

void add_identity_options(CLI::App& command, request_arguments& arguments,
                          const std::string& description) {
  auto* identity = command.add_option_group("Identity", description);
  identity->add_option("--client-id", arguments.client_id, "Client ID (GUID)")
      ->check(refuse_option);
  identity->add_option("--object-id", arguments.object_id, "Object ID (GUID)")
      ->check(refuse_option);
  identity
      ->add_option("--resource-id", arguments.resource_id, "Azure resource ID (/subscriptions/...)")
      ->check(refuse_option);
  identity
      ->add_option("--managed-identity", arguments.identity_json,
                   "The JSON form of MANAGED_IDENTITY:\n"
                   R"({"ManagedIdentityIdType": "ClientId", "Id": "..."})")
      ->check(refuse_unreadable_identity)
      ->type_name("JSON");
  identity->add_flag("--system-assigned", arguments.system_assigned,
                     "The system-assigned identity, whatever MANAGED_IDENTITY says");
  identity->require_option(0, 1);
}

void add_request_options(CLI::App& command, request_arguments& arguments) {
  add_identity_options(command, arguments,
                       "The identity to use [MANAGED_IDENTITY, else the system-assigned identity]");
  command
      .add_option(
          "--host", arguments.host,
          "The kind of host [detected from the environment]:\n" + internal::host_options(70))
      ->type_name("HOST");
  command
      .add_option("--endpoint", arguments.endpoint,
                  "The IMDS endpoint, such as http://127.0.0.1:8080; implies --host imds\n"
                  "[AZURE_POD_IDENTITY_AUTHORITY_HOST, else http://169.254.169.254]")
      ->check(refuse_empty)
      ->check(refuse_option);
  command.add_flag(
      "--allow-insecure-endpoint", arguments.allow_insecure_endpoint,
      "Allow plain http to names and public addresses [MIDAS_ALLOW_INSECURE_ENDPOINT]");
  command
      .add_option("--proxy", arguments.proxy,
                  "The proxy to Microsoft Entra ID, for workload identity only [HTTPS_PROXY]")
      ->check(refuse_option);
  command
      .add_option("--ca-file", arguments.ca_file,
                  "Certificate authorities (PEM) for Microsoft Entra ID [SSL_CERT_FILE]")
      ->check(refuse_option)
      ->type_name("FILE");
  command.add_flag("--identity-binding", arguments.identity_binding,
                   "Send the federated token to AZURE_KUBERNETES_TOKEN_PROXY (AKS identity\n"
                   "bindings), if that is set, instead of Microsoft Entra ID");
  add_duration(command, "--timeout", arguments.timeout, "How long to wait for the token");
  add_verbose(command, arguments.verbose);
}

token_request request_of(const request_arguments& arguments) {
  return {.identity = identity_of(arguments), .resource = arguments.resource};
}

expected<token_service_options> service_options_of(const request_arguments& arguments) {
  token_service_options options;
  options.endpoint = arguments.endpoint;
  options.identity_from_environment = !identity_of(arguments).is_named();
  options.allow_insecure_endpoint = arguments.allow_insecure_endpoint;
  options.proxy = arguments.proxy;
  options.ca_file = arguments.ca_file;
  options.identity_binding = arguments.identity_binding;
  set_log(options, arguments.verbose);
  if (arguments.host) {
    const auto host = read_identity_host(*arguments.host);
    if (!host) {
      return unexpected{host.error()};
    }
    options.host = *host;
  }
  return options;
}

}  // namespace midas::internal::tools
