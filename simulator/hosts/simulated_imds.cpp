#include "simulator/hosts/simulated_imds.hpp"

#include "http/imds_request.hpp"
#include "http/query_string.hpp"
#include "simulator/hosts/entra_answers.hpp"
#include "simulator/hosts/identity_choice.hpp"
#include "simulator/tokens/json_text.hpp"

#include <array>
#include <utility>

namespace midas::internal::simulator {
namespace {

constexpr std::array<identity_selector, 4> imds_selectors{{
    {http::imds::client_id_parameter, &simulated_identity::client_id},
    {http::imds::object_id_parameter, &simulated_identity::object_id},
    {http::imds::resource_id_parameter, &simulated_identity::resource_id},
    {http::imds::old_resource_id_parameter, &simulated_identity::resource_id},
}};

std::string_view imds_description_of(identity_refusal refusal) {
  switch (refusal) {
    case identity_refusal::ambiguous:
      return "Multiple user assigned identities exist, please specify the clientId / resourceId of "
             "the identity in the token request";
    case identity_refusal::contradictory:  // http::imds::check_parameters() refuses it
    case identity_refusal::not_found:
      break;
  }
  return http::imds::unknown_identity;
}

void write_version_error(response& out, const http::host_refusal& refused) {
  out.status = refused.status;
  json_object(out.body)
      .text("error", refused.text)
      .texts("newest-versions", http::imds::newest_versions());
}

/// Errors without a code are those of the metadata service around the identity endpoint.
protocol_traits imds_traits() {
  return {.token_path = http::imds::token_path,
          .fields = http::imds::response_fields,
          .has_request_id = true,
          .wrong_path = host_error_of(http::imds::wrong_path()),
          .wrong_method = host_error_of(http::imds::wrong_method()),
          .malformed_parameters = host_error_of(http::imds::malformed_query())};
}

}  // namespace

simulated_imds::simulated_imds(simulated_host_options options)
    : simulated_protocol(std::move(options), imds_traits()) {}

bool simulated_imds::is_token_path(std::string_view path) const noexcept {
  return http::imds::is_token_path(path);
}

void simulated_imds::answer_other_path(const request_view& request, std::int64_t now,
                                       response& out) {
  const bool is_probe =
      request.path() == http::imds::platform_path && !http::imds::has_metadata_field(request);
  if (options().knows_imds_v2 && is_probe) {
    return write_error(out, 400, "invalid_request", "Required metadata header not specified");
  }
  simulated_protocol::answer_other_path(request, now, out);
}

std::optional<host_error> simulated_imds::check_request(const request_view& request) const {
  const auto refused = http::imds::check_fields(request);
  return refused ? std::optional{host_error_of(*refused)} : std::nullopt;
}

void simulated_imds::answer_token_request(const request_view&, const http::query_string& query,
                                          std::int64_t now, response& out) {
  const auto* resource = query.repeated() == nullptr ? note_resource(query, out) : nullptr;
  if (const auto refused = http::imds::check_parameters(query)) {
    return refused->lists_versions ? write_version_error(out, *refused)
                                   : refuse(out, host_error_of(*refused), now);
  }
  const auto choice = choose_identity(options(), query, imds_selectors);
  if (const auto* refusal = std::get_if<identity_refusal>(&choice)) {
    return write_error(out, 400, "invalid_request", imds_description_of(*refusal));
  }
  write_token(std::get<simulated_identity>(choice), *resource, now, &write_imds_members, out);
}

void simulated_imds::write_error(response& out, int status, std::string_view code,
                                 std::string_view text) {
  if (code.empty()) {
    out.status = status;
    json_object(out.body).text("error", text);
    return;
  }
  write_oauth_error(out, status, code, text);
}

std::vector<environment_variable> simulated_imds::environment(const std::string& endpoint) const {
  return {{"AZURE_POD_IDENTITY_AUTHORITY_HOST", endpoint}};
}

}  // namespace midas::internal::simulator
