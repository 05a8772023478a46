#include "simulator/hosts/simulated_protocol.hpp"

#include "http/query_string.hpp"
#include "simulator/hosts/entra_answers.hpp"

#include <utility>

namespace midas::internal::simulator {

simulated_protocol::simulated_protocol(simulated_host_options options, protocol_traits traits)
    : options_(std::move(options)), traits_(std::move(traits)), issuer_(options_) {}

void simulated_protocol::answer(const request_view& request,
                                std::chrono::system_clock::time_point now, response& out) {
  const auto seconds = unix_seconds(now);
  out.fields.append(traits_.fields);
  if (traits_.has_request_id) {
    out.add_field("x-ms-request-id", issuer_.next_id());
  }
  if (!is_token_path(request.path())) {
    return answer_other_path(request, seconds, out);
  }
  out.token_request = true;
  out.delay = options_.latency;
  if (request.method != traits_.method) {
    // RFC 9110, section 15.5.6: a 405 names the methods that are allowed.
    if (traits_.wrong_method.status == 405) {
      out.add_field("Allow", traits_.method);
    }
    return refuse(out, traits_.wrong_method, seconds);
  }
  if (const auto error = check_request(request)) {
    return refuse(out, *error, seconds);
  }
  const auto parameters =
      http::query_string::parse(request.method == "POST" ? request.body : request.query());
  if (!parameters) {
    return refuse(out, traits_.malformed_parameters, seconds);
  }
  answer_token_request(request, *parameters, seconds, out);
}

bool simulated_protocol::is_token_path(std::string_view path) const noexcept {
  return path == traits_.token_path;
}

const std::string& simulated_protocol::key_directory() const noexcept {
  static const std::string none;
  return none;
}

void simulated_protocol::answer_other_path(const request_view&, std::int64_t now, response& out) {
  refuse(out, traits_.wrong_path, now);
}

void simulated_protocol::refuse(response& out, const host_error& error, std::int64_t now) {
  if (error.entra_number != 0) {
    return write_entra_error(out, error.status, error.code, error.entra_number, error.text, now,
                             issuer_);
  }
  write_error(out, error.status, error.code, error.text);
}

std::optional<host_error> simulated_protocol::check_request(const request_view&) const {
  return std::nullopt;
}

void simulated_protocol::refuse_resource(const std::string& resource, std::int64_t now,
                                         response& out) {
  write_unknown_resource(out, resource, now, issuer_);
}

void simulated_protocol::note_resource(const std::string& resource, response& out) {
  resource_ = resource;
  out.resource = resource_;
}

const std::string* simulated_protocol::note_resource(const http::query_string& parameters,
                                                     response& out) {
  const auto* resource = parameters.find("resource");
  if (resource != nullptr) {
    note_resource(*resource, out);
  }
  return resource != nullptr && !resource->empty() ? resource : nullptr;
}

void simulated_protocol::write_token(const simulated_identity& identity,
                                     const std::string& resource, std::int64_t now, token_form form,
                                     response& out) {
  if (!issuer_.knows(resource)) {
    return refuse_resource(resource, now, out);
  }
  issuer_.write_token(out.body, identity, resource, now, form);
}

host_error host_error_of(const http::host_refusal& refused) {
  return {refused.status, refused.code, refused.text};
}

}  // namespace midas::internal::simulator
