#include "transport/hosts/workload_identity.hpp"

#include "messages/make_error.hpp"
#include "transport/formats/plain_text.hpp"
#include "transport/formats/url.hpp"
#include "transport/responses/service_error.hpp"
#include "transport/responses/token_response.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace midas::internal::workload_identity {

namespace {

using std::chrono::sys_seconds;

constexpr std::string_view source = "Workload identity";
constexpr std::string_view tenant_variable = "AZURE_TENANT_ID";
constexpr std::string_view client_variable = "AZURE_CLIENT_ID";
constexpr std::string_view file_variable = "AZURE_FEDERATED_TOKEN_FILE";
constexpr std::string_view authority_variable = "AZURE_AUTHORITY_HOST";
constexpr std::string_view public_cloud = "https://login.microsoftonline.com";
constexpr std::string_view adfs = "adfs";
constexpr std::size_t max_shown = 200;

// Entra's numbers for what is wrong with a federation, and what to do.
struct known_error {
  std::string_view number;
  std::string_view advice;
};

constexpr std::string_view no_federated_credential =
    "Give the identity a federated credential with the issuer, the subject and the audience of the "
    "token in AZURE_FEDERATED_TOKEN_FILE";

constexpr std::array<known_error, 6> known_complaints{{
    {"AADSTS70021:", no_federated_credential},
    {"AADSTS700211:", no_federated_credential},
    {"AADSTS700213:", no_federated_credential},
    {"AADSTS700016:", "Check AZURE_CLIENT_ID and AZURE_TENANT_ID: the tenant has no such client"},
    {"AADSTS90002:", "Check AZURE_TENANT_ID: Microsoft Entra ID knows no such tenant"},
    {"AADSTS700024:",
     "See whether the token in AZURE_FEDERATED_TOKEN_FILE is being replaced, and whether this "
     "machine's clock is right: it is not valid now"},
}};

std::string_view advice_for(const error& problem) noexcept {
  const auto found = std::ranges::find_if(known_complaints, [&](const known_error& each) {
    return problem.service_description.find(each.number) != std::string::npos;
  });
  return found == known_complaints.end() ? std::string_view{} : found->advice;
}

bool is_in_tenant(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
         c == '-';
}

expected<std::string> stated(const host_environment& environment, std::string_view variable) {
  const auto value = environment.variable(variable);
  if (value.empty()) {
    return fail(errc::invalid_configuration,
                "workload identity needs " + std::string{variable} + ", which is not set",
                "Label the pod azure.workload.identity/use: \"true\", for AKS to set it; or set it "
                "yourself");
  }
  return std::string{value};
}

unexpected naming_authority(error problem) {
  problem.message.insert(0, std::string{authority_variable} + ": ");
  return unexpected{std::move(problem)};
}

// Without a separator at its end.
expected<std::string> authority_of(const host_environment& environment, bool allow_insecure) {
  constexpr auto advice = "Give it as e.g. https://login.microsoftonline.com/";
  const auto value = environment.variable(authority_variable);
  const auto text = value.empty() ? public_cloud : value;
  auto parts = parse_url(text);
  if (!parts) {
    return naming_authority(std::move(parts.error()));
  }
  auto result = origin(*parts).append(parts->path);
  result.erase(result.find_last_not_of('/') + 1);
  const auto name = quoted(one_line(result, max_shown));
  if (parts->scheme != "https" && !allow_insecure) {
    return naming_authority(make_error(
        errc::endpoint_not_allowed,
        "the authority " + name + " is not https, yet it is sent the federated token", advice));
  }
  if (text.find('?') != std::string_view::npos) {
    return naming_authority(
        make_error(errc::invalid_endpoint, "the authority " + name + " has a query", advice));
  }
  return result;
}

// Character by character, so that no copy of it is left in memory that is not wiped.
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

expected<federation> read_federation(const host_environment& environment, bool allow_insecure) {
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
  if (!std::ranges::all_of(*tenant, is_in_tenant)) {
    return fail(
        errc::invalid_configuration,
        std::string{tenant_variable} + " holds other characters than letters, digits, '.' and '-'",
        "Give the tenant's id, a GUID, or one of its domains");
  }
  const bool is_adfs = *tenant == adfs;
  return federation{
      .token_url = *authority + "/" + *tenant + (is_adfs ? "/oauth2/token" : "/oauth2/v2.0/token"),
      .client_id = *std::move(client_id),
      .federated_token_file = *std::move(file),
      .is_adfs = is_adfs};
}

expected<http_request> encode(const federation& setup, const token_request& request,
                              std::string_view federated_token) {
  const auto key = make_key(request);
  if (!key) {
    return unexpected{key.error()};
  }
  const auto kind = request.identity.kind();
  if (kind != identity_kind::system_assigned && kind != identity_kind::client_id) {
    auto refusal = fail(errc::identity_not_supported,
                        "workload identity takes no " + std::string{to_string(kind)},
                        "Name the identity by its client id");
    refusal.value().source = source;
    return refusal;
  }
  http_request result;
  result.method = "POST";
  result.url = setup.token_url;
  result.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  auto& form = result.body;
  append_field(form, "grant_type", "client_credentials");
  append_field(form, "client_assertion_type",
               "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
  append_field(form, "client_id",
               kind == identity_kind::client_id ? request.identity.id() : setup.client_id);
  append_field(form, "scope", setup.is_adfs ? key->resource : key->resource + "/.default");
  if (!request.claims.empty()) {
    append_field(form, "claims", request.claims);
  }
  append_field(form, "client_assertion", federated_token);
  return result;
}

expected<token_grant> decode(const token_request& request, http_response response,
                             sys_seconds now) {
  auto key = make_key(request);
  if (!key) {
    return unexpected{std::move(key.error())};
  }
  if (response.status != 200) {
    auto problem =
        read_service_error({.source = source, .request = request, .now = now}, std::move(response));
    if (const auto advice = advice_for(problem); !advice.empty()) {
      problem.advice = advice;
    }
    return unexpected{std::move(problem)};
  }
  auto grant = read_token_response(source, std::move(response), now);
  if (grant) {
    grant->resource = std::move(key->resource);
  }
  return grant;
}

expected<host_protocol> make_protocol(const host_environment& environment,
                                      const host_settings& settings) {
  auto setup = read_federation(environment, settings.allow_insecure);
  if (!setup) {
    return unexpected{std::move(setup.error())};
  }
  host_protocol result;
  result.host = identity_host::workload_identity;
  result.source = source;
  result.address = setup->token_url;
  result.encode = [setup = *setup, read = settings.files.read_federated_token](
                      const token_request& request, std::string_view) -> expected<http_request> {
    auto token = read(setup.federated_token_file, max_federated_token_bytes);
    if (!token) {
      return unexpected{std::move(token.error())};
    }
    return workload_identity::encode(setup, request, *token);
  };
  result.decode = [](const token_request& request, http_response response, sys_seconds now,
                     unsigned) {
    return as_decode_result(workload_identity::decode(request, std::move(response), now));
  };
  return result;
}

}  // namespace midas::internal::workload_identity
