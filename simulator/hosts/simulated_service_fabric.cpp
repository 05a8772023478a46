#include "simulator/hosts/simulated_service_fabric.hpp"

#include "simulator/hosts/entra_answers.hpp"
#include "simulator/hosts/identity_choice.hpp"
#include "simulator/hosts/simulated_imds.hpp"
#include "simulator/http/query_string.hpp"
#include "simulator/tokens/json_text.hpp"

#include <utility>

namespace midas::internal::simulator {
namespace {

bool is_version(const std::string& text) {
  return text == "2019-07-01-preview" || text == "2020-05-01";
}

/// `expires_on` is a number here.
void write_members(json_object& answer, const issued_token& token) {
  answer.text("token_type", "Bearer")
      .number("expires_on", token.expires_on)
      .text("resource", token.resource);
}

}  // namespace

simulated_service_fabric::simulated_service_fabric(simulated_host_options options,
                                                   std::string secret, std::string thumbprint)
    : options_(std::move(options)),
      secret_(std::move(secret)),
      thumbprint_(std::move(thumbprint)),
      issuer_(options_) {}

void simulated_service_fabric::answer(const request_view& request,
                                      std::chrono::system_clock::time_point now, response& out) {
  out.add_field("Content-Type", "application/json; charset=utf-8");
  out.add_field("Server", "Kestrel");
  if (!is_token_path(request.path())) {
    return refuse(out, 404, "NotFound", "There is nothing at this path.");
  }
  out.token_request = true;
  out.delay = options_.latency;
  if (request.method != "GET") {
    out.add_field("Allow", "GET");
    return refuse(out, 405, "MethodNotAllowed", "This method is not allowed here.");
  }
  const auto secret = request.field("Secret");
  if (!secret || secret->empty()) {
    return refuse(out, 400, "SecretHeaderNotFound", "The header 'secret' is missing.");
  }
  // The secret is what the service knows the application by.
  if (*secret != secret_) {
    return refuse(out, 404, "ManagedIdentityNotFound",
                  "No application of this cluster has this secret.");
  }
  const auto query = query_string::parse(request.query());
  if (!query) {
    return refuse(out, 400, "InvalidQueryString", "The query string is malformed.");
  }
  answer_token(*query, unix_seconds(now), out);
}

void simulated_service_fabric::answer_token(const query_string& query, std::int64_t now,
                                            response& out) {
  const auto* resource = query.find("resource");
  if (resource != nullptr) {
    resource_ = *resource;
    out.resource = resource_;
  }
  const auto* version = query.find("api-version");
  if (version == nullptr || !is_version(*version)) {
    return refuse(out, 400, "InvalidApiVersion",
                  "The supported versions are 2019-07-01-preview and 2020-05-01.");
  }
  if (resource == nullptr || resource->empty()) {
    return refuse(out, 400, "ArgumentNullOrEmpty", "The parameter 'resource' is missing.");
  }
  const auto choice = choose_unnamed(options_);
  const auto* const identity = std::get_if<simulated_identity>(&choice);
  if (identity == nullptr) {
    return refuse(out, 404, "ManagedIdentityNotFound",
                  "The application has no managed identity, or none that is the default.");
  }
  if (!issuer_.knows(*resource)) {
    return refuse(out, 400, "invalid_resource",
                  "AADSTS500011: " + unknown_resource_text(*resource));
  }
  issuer_.write_token(out.body, *identity, *resource, now, &write_members);
}

void simulated_service_fabric::refuse(response& out, int status, std::string_view code,
                                      std::string_view message) {
  out.status = status;
  const auto id = issuer_.next_id();
  json_object(out.body).nested(
      "error", texts_by_name({{"correlationId", id}, {"code", code}, {"message", message}}));
}

bool simulated_service_fabric::is_token_path(std::string_view path) const noexcept {
  return path == imds_token_path;
}

void simulated_service_fabric::write_error(response& out, int status, std::string_view code,
                                           std::string_view text) {
  refuse(out, status, code, text);
}

std::vector<environment_variable> simulated_service_fabric::environment(
    const std::string& endpoint) const {
  return {{"IDENTITY_ENDPOINT", endpoint + std::string(imds_token_path)},
          {"IDENTITY_HEADER", secret_},
          {"IDENTITY_SERVER_THUMBPRINT", thumbprint_}};
}

}  // namespace midas::internal::simulator
