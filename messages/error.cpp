#include "messages/concat.hpp"
#include "messages/plain_text.hpp"
#include <midas/error.hpp>

#include <ostream>

namespace midas {

std::string_view to_string(errc code) noexcept {
  switch (code) {
    case errc::invalid_resource:
      return "invalid_resource";
    case errc::invalid_identity:
      return "invalid_identity";
    case errc::invalid_endpoint:
      return "invalid_endpoint";
    case errc::endpoint_not_allowed:
      return "endpoint_not_allowed";
    case errc::invalid_claims:
      return "invalid_claims";
    case errc::invalid_timeout:
      return "invalid_timeout";
    case errc::deadline_exceeded:
      return "deadline_exceeded";
    case errc::cancelled:
      return "cancelled";
    case errc::host_busy:
      return "host_busy";
    case errc::unreachable:
      return "unreachable";
    case errc::connection_lost:
      return "connection_lost";
    case errc::request_timeout:
      return "request_timeout";
    case errc::invalid_http:
      return "invalid_http";
    case errc::response_too_large:
      return "response_too_large";
    case errc::invalid_response:
      return "invalid_response";
    case errc::identity_not_found:
      return "identity_not_found";
    case errc::request_rejected:
      return "request_rejected";
    case errc::throttled:
      return "throttled";
    case errc::service_unavailable:
      return "service_unavailable";
    case errc::shutting_down:
      return "shutting_down";
    case errc::actor_terminated:
      return "actor_terminated";
    case errc::claims_not_supported:
      return "claims_not_supported";
    case errc::not_an_azure_host:
      return "not_an_azure_host";
    case errc::too_many_keys:
      return "too_many_keys";
    case errc::would_block:
      return "would_block";
    case errc::identity_not_supported:
      return "identity_not_supported";
    case errc::invalid_configuration:
      return "invalid_configuration";
    case errc::challenge_rejected:
      return "challenge_rejected";
    case errc::identity_not_confirmed:
      return "identity_not_confirmed";
    case errc::certificate_mismatch:
      return "certificate_mismatch";
    case errc::forked:
      return "forked";
    case errc::not_started:
      return "not_started";
    case errc::store_failed:
      return "store_failed";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, errc code) { return out << to_string(code); }

std::string to_string(const error& e) {
  std::string result{to_string(e.code)};
  result += ": ";
  result += e.message;
  std::string details;
  const auto add = [&details](std::string_view label, std::string_view value) {
    if (!value.empty()) {
      details += details.empty() ? "" : ", ";
      details += label;
      details += value;
    }
  };
  add("HTTP ", e.http_status != 0 ? std::to_string(e.http_status) : "");
  // Quoted: the code of a host may be a word such as "unknown".
  add("service code ", e.service_code.empty() ? "" : internal::quoted(e.service_code));
  add("", e.service_description);
  add("correlation id ", e.correlation_id);
  if (!details.empty()) {
    result += internal::concat({" (", details, ")"});
  }
  if (!e.advice.empty()) {
    result += ". " + e.advice;
  }
  return result;
}

std::ostream& operator<<(std::ostream& out, const error& e) { return out << to_string(e); }

}  // namespace midas
