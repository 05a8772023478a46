#include "proxy/protocols/refusal.hpp"

#include "http/app_service_request.hpp"
#include "http/imds_request.hpp"

#include <algorithm>
#include <utility>

namespace midas::internal::proxy {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Clients understand whole seconds only, and 0 would make them ask at once.
seconds whole_seconds(milliseconds time) {
  return std::max(std::chrono::ceil<seconds>(time), seconds{1});
}

/// The status of an error that no answer of the host caused, as clients of IMDS and App Service
/// classify it: they repeat after 429, 500, 503 and 504.
int status_of(errc code) noexcept {
  switch (code) {
    case errc::invalid_resource:
    case errc::invalid_identity:
    case errc::invalid_claims:
    case errc::identity_not_supported:
    case errc::identity_not_found:
    case errc::request_rejected:
      return 400;
    case errc::throttled:
    case errc::host_busy:
    case errc::too_many_keys:
      return 429;
    case errc::deadline_exceeded:
    case errc::request_timeout:
      return 504;
    case errc::unreachable:
    case errc::not_an_azure_host:
    case errc::connection_lost:
    case errc::invalid_http:
    case errc::service_unavailable:
    case errc::shutting_down:
    case errc::actor_terminated:
    case errc::not_started:
    case errc::cancelled:
      return 503;
    default:
      // The host's answer or the configuration of the proxy is wrong.
      return 500;
  }
}

std::string_view code_of(client_protocol protocol, errc code, int status) noexcept {
  if (code == errc::invalid_resource) {
    return "invalid_resource";
  }
  if (protocol == client_protocol::app_service && status == 400) {
    return "identity_not_found";
  }
  if (status == 400) {
    return "invalid_request";
  }
  return status == 429 ? "too_many_requests" : "unknown";
}

/// What a client reads of an error that the host has not described.
std::string text_of(client_protocol protocol, const error& failure) {
  if (failure.code == errc::invalid_identity) {
    // midas has not asked the host, which says this of every id that it does not have.
    return protocol == client_protocol::imds ? std::string{http::imds::unknown_identity}
                                             : http::app_service::wrong_identity().text;
  }
  return failure.advice.empty() ? failure.message : failure.message + ". " + failure.advice;
}

bool waits_before_next(errc code) noexcept {
  return code == errc::shutting_down || code == errc::not_started;
}

}  // namespace

refusal refusal_of(client_protocol protocol, http::host_refusal refused) {
  return {.protocol = protocol,
          .status = refused.status,
          .code = std::string{refused.code},
          .text = std::move(refused.text),
          .reason = refused.reason,
          .lists_versions = refused.lists_versions};
}

refusal refusal_of(client_protocol protocol, const denial& denied) {
  return {.protocol = protocol,
          .status = 403,
          .code = "access_denied",
          .text = denied.text,
          .reason = denied.reason};
}

refusal refusal_of(client_protocol protocol, const error& failure) {
  // A host that answers 2xx or 3xx without a usable token has not refused anything. The error of a
  // passed deadline quotes an earlier answer.
  const bool is_hosts_own = failure.http_status >= 400 && failure.code != errc::deadline_exceeded;
  const int status = is_hosts_own ? failure.http_status : status_of(failure.code);
  refusal result{.protocol = protocol,
                 .status = status,
                 .code = failure.service_code,
                 .text = failure.service_description,
                 .reason = to_string(failure.code),
                 .correlation_id = failure.correlation_id};
  if (result.code.empty()) {
    result.code = code_of(protocol, failure.code, status);
  }
  if (result.text.empty()) {
    result.text = text_of(protocol, failure);
  }
  if (failure.retry_after || status == 429 || waits_before_next(failure.code)) {
    result.retry_after = whole_seconds(failure.retry_after.value_or(milliseconds{0}));
  }
  return result;
}

refusal over_share_refusal(client_protocol protocol, milliseconds retry_after) {
  return {.protocol = protocol,
          .status = 429,
          .code = "too_many_requests",
          .text = "This client waits for too many different tokens at once",
          .reason = "share_exceeded",
          .retry_after = whole_seconds(retry_after)};
}

}  // namespace midas::internal::proxy
