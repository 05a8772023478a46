#include "simulator/hosts/simulated_cloud_shell.hpp"

#include "http/imds_request.hpp"
#include "http/query_string.hpp"
#include "simulator/hosts/entra_answers.hpp"
#include "simulator/hosts/identity_choice.hpp"
#include "simulator/tokens/json_text.hpp"

#include <utility>

namespace midas::internal::simulator {
namespace {

host_error malformed_form() {
  return {400, "InvalidRequest",
          "The body must be a form of type application/x-www-form-urlencoded."};
}

protocol_traits cloud_shell_traits() {
  return {.token_path = "/oauth2/token",
          .method = "POST",
          .wrong_path = {404, "NotFound", "This path does not exist."},
          .wrong_method = {405, "MethodNotAllowed", "Token requests must use POST."},
          .malformed_parameters = malformed_form()};
}

bool is_form(const request_view& request) {
  const auto type = request.field("Content-Type");
  return type && http::equal_ignoring_case(type->substr(0, type->find(';')),
                                           "application/x-www-form-urlencoded");
}

}  // namespace

simulated_cloud_shell::simulated_cloud_shell(simulated_host_options options)
    : simulated_protocol(std::move(options), cloud_shell_traits()) {}

std::optional<host_error> simulated_cloud_shell::check_request(const request_view& request) const {
  if (!http::imds::has_metadata_field(request)) {
    return host_error{400, "InvalidRequest", "The header 'Metadata: true' is missing."};
  }
  return is_form(request) ? std::nullopt : std::optional(malformed_form());
}

void simulated_cloud_shell::answer_token_request(const request_view&,
                                                 const http::query_string& form, std::int64_t now,
                                                 response& out) {
  const auto* resource = note_resource(form, out);
  if (resource == nullptr) {
    return write_error(out, 400, "InvalidRequest",
                       "The parameter 'resource' is missing from the body.");
  }
  const auto choice = choose_unnamed(options());
  const auto* const identity = std::get_if<simulated_identity>(&choice);
  if (identity == nullptr) {
    return write_error(out, 400, "InvalidRequest", "No user is signed in.");
  }
  write_token(*identity, *resource, now, &write_imds_members, out);
}

void simulated_cloud_shell::refuse_resource(const std::string& resource, std::int64_t,
                                            response& out) {
  write_error(out, 400, "AudienceNotSupported", "The audience " + resource + " is not supported.");
}

void simulated_cloud_shell::write_error(response& out, int status, std::string_view code,
                                        std::string_view text) {
  out.status = status;
  json_object(out.body).nested("error", texts_by_name({{"code", code}, {"message", text}}));
}

std::vector<environment_variable> simulated_cloud_shell::environment(
    const std::string& endpoint) const {
  return {{"MSI_ENDPOINT", endpoint + std::string(token_path())}};
}

}  // namespace midas::internal::simulator
