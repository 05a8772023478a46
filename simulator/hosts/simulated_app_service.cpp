#include "simulator/hosts/simulated_app_service.hpp"

#include "http/app_service_request.hpp"
#include "http/query_string.hpp"
#include "simulator/hosts/entra_answers.hpp"
#include "simulator/tokens/json_text.hpp"

#include <array>
#include <ctime>
#include <utility>

namespace midas::internal::simulator {
namespace {

/// `principal_id` and `object_id` are names of the same parameter.
constexpr std::array<identity_selector, 4> selectors_2019{{
    {http::app_service::client_id_parameter, &simulated_identity::client_id},
    {http::app_service::principal_id_parameter, &simulated_identity::object_id},
    {http::app_service::object_id_parameter, &simulated_identity::object_id},
    {http::app_service::resource_id_parameter, &simulated_identity::resource_id},
}};
constexpr std::array<identity_selector, 3> selectors_2017{{
    {"clientid", &simulated_identity::client_id},
    {"principal_id", &simulated_identity::object_id},
    {"mi_res_id", &simulated_identity::resource_id},
}};
constexpr std::array<identity_selector, 1> selectors_machine_learning{{
    {"clientid", &simulated_identity::client_id},
}};

void write_members_2019(json_object& answer, const issued_token& token) {
  answer.text("client_id", token.identity.client_id)
      .text("expires_on", std::to_string(token.expires_on))
      .text("not_before", std::to_string(token.not_before))
      .text("resource", token.resource)
      .text("token_type", "Bearer");
}

void write_members_2017(json_object& answer, const issued_token& token) {
  const auto seconds = static_cast<std::time_t>(token.expires_on);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 40> time{};
  const auto size = std::strftime(time.data(), time.size(), "%m/%d/%Y %H:%M:%S +00:00", &parts);
  answer.text("expires_on", {time.data(), size})
      .text("resource", token.resource)
      .text("token_type", "Bearer");
}

protocol_traits traits_of(const app_service_api& api) {
  return {.token_path = api.path,
          .fields = http::app_service::response_fields,
          .wrong_path = host_error_of(http::app_service::wrong_path()),
          .wrong_method = host_error_of(http::app_service::wrong_method()),
          .malformed_parameters = host_error_of(http::app_service::malformed_query())};
}

}  // namespace

const app_service_api& app_service_2019() {
  static const app_service_api api{.version = http::app_service::api_version,
                                   .path = http::app_service::token_path,
                                   .endpoint_variable = "IDENTITY_ENDPOINT",
                                   .secret_variable = "IDENTITY_HEADER",
                                   .secret_field = http::app_service::secret_field,
                                   .selectors = selectors_2019,
                                   .form = &write_members_2019,
                                   .default_client_id_variable = {},
                                   .has_error_code = false};
  return api;
}

const app_service_api& app_service_2017() {
  static const app_service_api api{.version = "2017-09-01",
                                   .path = "/msi/token",
                                   .endpoint_variable = "MSI_ENDPOINT",
                                   .secret_variable = "MSI_SECRET",
                                   .secret_field = "secret",
                                   .selectors = selectors_2017,
                                   .form = &write_members_2017,
                                   .default_client_id_variable = {},
                                   .has_error_code = false};
  return api;
}

const app_service_api& machine_learning_api() {
  static const app_service_api api{.version = "2017-09-01",
                                   .path = "/MSI/token",
                                   .endpoint_variable = "MSI_ENDPOINT",
                                   .secret_variable = "MSI_SECRET",
                                   .secret_field = "secret",
                                   .selectors = selectors_machine_learning,
                                   .form = &write_members_2019,
                                   .default_client_id_variable = "DEFAULT_IDENTITY_CLIENT_ID",
                                   .has_error_code = true};
  return api;
}

simulated_app_service::simulated_app_service(const app_service_api& api,
                                             simulated_host_options options)
    : simulated_protocol(std::move(options), traits_of(api)), api_(api) {}

std::optional<host_error> simulated_app_service::check_request(const request_view& request) const {
  const auto secret = request.only_field(api_.secret_field);
  if (secret && *secret == options().secret) {
    return std::nullopt;
  }
  return host_error_of(http::app_service::wrong_secret(api_.secret_field));
}

void simulated_app_service::answer_token_request(const request_view&,
                                                 const http::query_string& query, std::int64_t now,
                                                 response& out) {
  const auto* resource = note_resource(query, out);
  if (const auto refused = http::app_service::check_parameters(query, api_.version)) {
    return refuse(out, host_error_of(*refused), now);
  }
  const auto choice = choose_identity(options(), query, api_.selectors);
  const auto* const identity = std::get_if<simulated_identity>(&choice);
  if (identity == nullptr) {
    return refuse(out, host_error_of(http::app_service::wrong_identity()), now);
  }
  write_token(*identity, *resource, now, api_.form, out);
}

void simulated_app_service::refuse_resource(const std::string& resource, std::int64_t,
                                            response& out) {
  write_error(out, 400, "invalid_resource", unknown_resource_error(resource));
}

void simulated_app_service::write_error(response& out, int status, std::string_view code,
                                        std::string_view text) {
  out.status = status;
  if (api_.has_error_code) {
    json_object(out.body).text("error", code).text("message", text);
    return;
  }
  const auto id = issuer().next_id();
  out.add_field("X-CORRELATION-ID", id);
  json_object(out.body)
      .number("statusCode", status)
      .text("message", text)
      .text("correlationId", id);
}

std::vector<environment_variable> simulated_app_service::environment(
    const std::string& endpoint) const {
  std::vector<environment_variable> variables{
      {std::string(api_.endpoint_variable), endpoint + std::string(api_.path)},
      {std::string(api_.secret_variable), options().secret}};
  if (!api_.default_client_id_variable.empty() && options().system_assigned) {
    variables.push_back(
        {std::string(api_.default_client_id_variable), options().system_assigned->client_id});
  }
  return variables;
}

}  // namespace midas::internal::simulator
