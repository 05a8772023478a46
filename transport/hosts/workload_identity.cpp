#include "transport/hosts/workload_identity.hpp"

#include "messages/ascii.hpp"
#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"
#include "transport/formats/claims.hpp"
#include "transport/formats/plain_value.hpp"
#include "transport/formats/url.hpp"
#include "transport/hosts/environment_endpoint.hpp"
#include "transport/hosts/identity_binding.hpp"
#include "transport/hosts/internet_settings.hpp"
#include "transport/hosts/simple_protocol.hpp"
#include "transport/hosts/workload_identity_errors.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace midas::internal::workload_identity {

namespace {

constexpr std::string_view tenant_variable = "AZURE_TENANT_ID";
constexpr std::string_view client_variable = "AZURE_CLIENT_ID";
constexpr std::string_view file_variable = "AZURE_FEDERATED_TOKEN_FILE";
constexpr std::string_view authority_variable = "AZURE_AUTHORITY_HOST";
constexpr std::string_view public_cloud = "https://login.microsoftonline.com";
constexpr std::string_view adfs = "adfs";
constexpr std::size_t max_shown = 200;

bool may_be_in_tenant(char c) noexcept { return ascii::is_alphanumeric(c) || c == '.' || c == '-'; }

expected<std::string> stated(const host_environment& environment, std::string_view variable) {
  const auto value = environment.variable(variable);
  if (value.empty()) {
    return fail(errc::invalid_configuration,
                concat({"workload identity needs ", variable, ", which is not set"}),
                how_variables_get_set);
  }
  return std::string{value};
}

// Without a separator at its end.
expected<std::string> authority_of(const host_environment& environment, bool allow_insecure) {
  constexpr auto advice = "Use a URL such as https://login.microsoftonline.com/";
  const auto value = environment.variable(authority_variable);
  const auto text = value.empty() ? public_cloud : value;
  auto parts = parse_url(text);
  if (!parts) {
    return blame_variable(authority_variable, std::move(parts.error()));
  }
  auto result = origin(*parts).append(parts->path);
  result.erase(result.find_last_not_of('/') + 1);
  const auto name = quoted(one_line(result, max_shown));
  if (parts->scheme != "https" && !allow_insecure) {
    return blame_variable(authority_variable,
                          make_error(errc::endpoint_not_allowed,
                                     concat({"the authority ", name,
                                             " must use https: it receives the federated token"}),
                                     advice));
  }
  if (text.find('?') != std::string_view::npos) {
    return blame_variable(
        authority_variable,
        make_error(errc::invalid_endpoint,
                   concat({"the authority ", name, " must not have a query"}), advice));
  }
  return result;
}

std::string path_of(std::string_view tenant) {
  return std::string{"/"}.append(tenant).append(tenant == adfs ? "/oauth2/token"
                                                               : "/oauth2/v2.0/token");
}

// Leads the connection to the token proxy. Host stays that of the authority, as azure-sdk-for-go
// sends it.
identity_binding::route_function redirect(connection_settings& connection,
                                          identity_binding::connection_settings binding,
                                          const host_environment& environment,
                                          const host_settings& settings) {
  const auto authority = *parse_url(connection.url);
  connection.url =
      identity_binding::join_url(binding.proxy, path_of(environment.variable(tenant_variable)));
  connection.host = authority.host + (authority.port.empty() ? "" : ":" + authority.port);
  return identity_binding::make_route(std::move(binding), read_authorities(environment, settings),
                                      settings.files.read_authorities);
}

// The way of each request, and in `connection` the endpoint that it leads to.
expected<identity_binding::route_function> find_route(connection_settings& connection,
                                                      const host_environment& environment,
                                                      const host_settings& settings) {
  if (settings.identity_binding) {
    auto binding = identity_binding::read_settings(environment);
    if (!binding) {
      return unexpected{std::move(binding.error())};
    }
    if (*binding) {
      return redirect(connection, **std::move(binding), environment, settings);
    }
  }
  auto internet = read_internet_access(environment, settings, *parse_url(connection.url));
  if (!internet) {
    return unexpected{std::move(internet.error())};
  }
  return [way = *std::move(internet)] { return way; };
}

// Empty for the public cloud, which no variable needs to name.
std::string_view address_variable_of(const connection_settings& connection,
                                     const host_environment& environment) {
  if (!connection.host.empty()) {
    return identity_binding::proxy_variable;
  }
  return environment.variable(authority_variable).empty() ? std::string_view{} : authority_variable;
}

bool is_refusal_of_entra(const error& problem) {
  const bool is_final =
      problem.code == errc::request_rejected || problem.code == errc::identity_not_found;
  return is_final && problem.service_description.find("AADSTS") != std::string::npos;
}

// Entra does not know the credential of an identity that AKS binds: only the token proxy does.
void advise_identity_binding(host_protocol& protocol, const host_environment& environment) {
  auto advice = identity_binding::describe(identity_binding::usage::off, environment)
                    .append(". ")
                    .append(identity_binding::remedy_when_off);
  protocol.decode = [decode = std::move(protocol.decode), advice = std::move(advice)](
                        const resolved_request& request, http_response response,
                        std::chrono::sys_seconds now, unsigned leg) {
    auto result = decode(request, std::move(response), now, leg);
    if (!result && is_refusal_of_entra(result.error())) {
      auto& all = result.error().advice;
      all.append(all.empty() ? "" : ". ").append(advice);
    }
    return result;
  };
}

// Encodes one character at a time, so that no unwiped copy of a secret value is made.
void append_encoded(sensitive_string& form, std::string_view value) {
  for (const char& c : value) {
    form += percent_encode({&c, 1});
  }
}

void append_field(sensitive_string& form, std::string_view name, std::string_view value) {
  form.append(form.empty() ? "" : "&").append(name).append("=");
  append_encoded(form, value);
}

}  // namespace

expected<connection_settings> read_settings(const host_environment& environment,
                                            bool allow_insecure) {
  const auto tenant = stated(environment, tenant_variable);
  auto client_id = stated(environment, client_variable);
  auto file = stated(environment, file_variable);
  auto authority = authority_of(environment, allow_insecure);
  for (const auto* each :
       {&tenant, &std::as_const(client_id), &std::as_const(file), &std::as_const(authority)}) {
    if (!*each) {
      return unexpected{each->error()};
    }
  }
  if (!std::ranges::all_of(*tenant, may_be_in_tenant)) {
    const auto recognized = advice_for_value(*tenant);
    return fail(errc::invalid_configuration,
                concat({tenant_variable, " must consist of letters, digits, '.' and '-' only"}),
                recognized.empty() ? "Use the tenant's id, a GUID, or one of its domains"
                                   : std::string{recognized});
  }
  if (auto valid = check_client_id(client_variable, *client_id); !valid) {
    return unexpected{std::move(valid.error())};
  }
  return connection_settings{.url = *authority + path_of(*tenant),
                             .client_id = *std::move(client_id),
                             .federated_token_file = *std::move(file),
                             .is_adfs = *tenant == adfs};
}

expected<http_request> encode(const connection_settings& settings, const resolved_request& request,
                              std::string_view federated_token) {
  const auto kind = request.identity.kind();
  if (kind != identity_kind::system_assigned && kind != identity_kind::client_id) {
    return refuse_identity(to_string(identity_host::workload_identity), kind,
                           "Microsoft Entra ID accepts client ids only",
                           "Use the client id of the identity");
  }
  if (auto checked = check_claims(request.claims); !checked && !request.claims.empty()) {
    return unexpected{std::move(checked.error())};
  }
  http_request result;
  result.method = "POST";
  result.url = settings.url;
  result.headers = {public_header("Content-Type", "application/x-www-form-urlencoded")};
  if (!settings.host.empty()) {
    result.headers.push_back(public_header("Host", settings.host));
  }
  auto& form = result.body;
  append_field(form, "grant_type", "client_credentials");
  append_field(form, "client_assertion_type",
               "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
  append_field(form, "client_id",
               kind == identity_kind::client_id ? request.identity.id() : settings.client_id);
  append_field(form, "scope", settings.is_adfs ? request.resource : request.resource + "/.default");
  if (!request.claims.empty()) {
    append_field(form, "claims", request.claims);
  }
  append_field(form, "client_assertion", federated_token);
  result.proofs.emplace_back(federated_token);
  return result;
}

expected<host_protocol> make_protocol(const host_environment& environment,
                                      const host_settings& settings) {
  auto connection = read_settings(environment, settings.allow_insecure);
  if (!connection) {
    return unexpected{std::move(connection.error())};
  }
  auto route = find_route(*connection, environment, settings);
  if (!route) {
    return unexpected{std::move(route.error())};
  }
  auto protocol = simple_protocol(
      identity_host::workload_identity, connection->url,
      [connection = *connection, route = *std::move(route),
       read = settings.files.read_federated_token](const resolved_request& request,
                                                   std::string_view) -> expected<http_request> {
        auto token = read(connection.federated_token_file, max_federated_token_bytes);
        if (!token) {
          return unexpected{std::move(token.error())};
        }
        auto way = route();
        if (!way) {
          return unexpected{std::move(way.error())};
        }
        auto result = workload_identity::encode(connection, request, *token);
        if (result) {
          result->internet = *std::move(way);
        }
        return result;
      },
      advise,
      environment_identity{managed_identity::client_id(connection->client_id), client_variable});
  if (identity_binding::usage_of(environment, settings.identity_binding, true) ==
      identity_binding::usage::off) {
    advise_identity_binding(protocol, environment);
  }
  protocol.address_variable = address_variable_of(*connection, environment);
  return protocol;
}

}  // namespace midas::internal::workload_identity
