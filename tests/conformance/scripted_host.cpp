#include "tests/conformance/scripted_host.hpp"

#include "messages/make_error.hpp"
#include "transport/formats/certificate_pin.hpp"

#include <stdexcept>

namespace midas::internal::conformance {

namespace {

std::chrono::milliseconds milliseconds_of(const json& object, std::string_view name) {
  const auto* found = member(object, name);
  return std::chrono::milliseconds{found == nullptr ? 0 : found->GetInt64()};
}

http_response response_of(const json& respond, const template_values& values) {
  http_response result;
  result.status = respond["status"].GetInt();
  if (const auto* headers = member(respond, "headers"); headers != nullptr) {
    for (const auto& each : headers->GetObject()) {
      result.headers.push_back(
          {to_text(each.name), sensitive_string{expand(to_text(each.value), values)}});
    }
  }
  result.body = expand(text_of(respond, "body"), values);
  return result;
}

}  // namespace

expected<void> shake_hands(const http_request& request, const json& content,
                           const template_values& values) {
  const auto* server = member(content, "server_tls");
  if (server == nullptr) {
    return {};
  }
  if (!request.pinned_certificate) {
    return fail(errc::unreachable, "the certificate of the server is not trusted");
  }
  const auto certificate = parse_thumbprint("sha1", expand(text_of(*server, "sha1"), values));
  if (!certificate || !certificate_matches(*request.pinned_certificate, *certificate)) {
    return fail(errc::certificate_mismatch, "the certificate is not the pinned one");
  }
  return {};
}

scripted_answer answer_to(const http_request& request, const json& respond,
                          const template_values& values) {
  if (respond.IsString()) {
    const auto what = to_text(respond);
    if (what == "reset") {
      return {fail(errc::connection_lost, "the connection was reset")};
    }
    if (what == "timeout") {
      return {fail(errc::request_timeout, "the response timed out"), request.total_timeout};
    }
    throw std::runtime_error{"a case has the unknown answer \"" + what + "\""};
  }
  auto response = response_of(respond, values);
  const auto after =
      milliseconds_of(respond, "delay_ms") + milliseconds_of(respond, "body_delay_ms") +
      milliseconds_of(respond, "trickle_ms_per_byte") * static_cast<int>(response.body.size());
  if (after > request.total_timeout) {
    return {fail(errc::request_timeout, "the response takes too long"), request.total_timeout};
  }
  if (response.body.size() > request.max_response_bytes) {
    return {fail(errc::response_too_large, "the response is too large"), after};
  }
  return {std::move(response), after};
}

}  // namespace midas::internal::conformance
