#include "simulator/hosts/simulated_cloud_shell.hpp"

#include "simulator/hosts/entra_answers.hpp"
#include "simulator/hosts/identity_choice.hpp"
#include "simulator/http/query_string.hpp"
#include "simulator/tokens/json_text.hpp"

#include <utility>

namespace midas::internal::simulator {
namespace {

constexpr std::string_view token_path = "/oauth2/token";

bool is_form(const request_view& request) {
  const auto type = request.field("Content-Type");
  return type &&
         equal_ignoring_case(type->substr(0, type->find(';')), "application/x-www-form-urlencoded");
}

}  // namespace

simulated_cloud_shell::simulated_cloud_shell(simulated_host_options options)
    : options_(std::move(options)), issuer_(options_) {}

void simulated_cloud_shell::answer(const request_view& request,
                                   std::chrono::system_clock::time_point now, response& out) {
  out.add_field("Content-Type", "application/json; charset=utf-8");
  if (!is_token_path(request.path())) {
    return refuse(out, 404, "NotFound", "There is nothing at this path.");
  }
  out.token_request = true;
  out.delay = options_.latency;
  if (request.method != "POST") {
    out.add_field("Allow", "POST");
    return refuse(out, 405, "MethodNotAllowed", "Tokens are asked for with POST.");
  }
  const auto metadata = request.field("Metadata");
  if (!metadata || !equal_ignoring_case(*metadata, "true")) {
    return refuse(out, 400, "InvalidRequest", "The header 'Metadata: true' is missing.");
  }
  const auto form = query_string::parse(request.body);
  if (!is_form(request) || !form) {
    return refuse(out, 400, "InvalidRequest",
                  "The body is no form of type application/x-www-form-urlencoded.");
  }
  const auto* resource = form->find("resource");
  if (resource == nullptr || resource->empty()) {
    return refuse(out, 400, "InvalidRequest", "The parameter 'resource' is missing in the body.");
  }
  resource_ = *resource;
  out.resource = resource_;
  const auto choice = choose_unnamed(options_);
  const auto* const identity = std::get_if<simulated_identity>(&choice);
  if (identity == nullptr) {
    return refuse(out, 400, "InvalidRequest", "Nobody is signed in.");
  }
  if (!issuer_.knows(*resource)) {
    return refuse(out, 400, "AudienceNotSupported", "There is no audience " + *resource + ".");
  }
  issuer_.write_token(out.body, *identity, *resource, unix_seconds(now), &write_imds_members);
}

void simulated_cloud_shell::refuse(response& out, int status, std::string_view code,
                                   std::string_view message) {
  out.status = status;
  json_object(out.body).nested("error", texts_by_name({{"code", code}, {"message", message}}));
}

bool simulated_cloud_shell::is_token_path(std::string_view path) const noexcept {
  return path == token_path;
}

void simulated_cloud_shell::write_error(response& out, int status, std::string_view code,
                                        std::string_view text) {
  refuse(out, status, code, text);
}

std::vector<environment_variable> simulated_cloud_shell::environment(
    const std::string& endpoint) const {
  return {{"MSI_ENDPOINT", endpoint + std::string(token_path)}};
}

}  // namespace midas::internal::simulator
