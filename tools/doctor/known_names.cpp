#include "tools/doctor/known_names.hpp"

#include "messages/http_message.hpp"

#include <algorithm>

namespace midas::internal::tools {

namespace {

// Of tokens and errors: RFC 6749, the hosts that docs/hosts.md describes, and Microsoft Entra ID.
constexpr std::string_view known_members =
    "access_token accessToken refresh_token id_token token token_type tokenType expires_in "
    "expiresIn expires_on expiresOn ext_expires_in ext_expires_on refresh_in refresh_on "
    "not_before notBefore resource scope identity client_id clientId object_id objectId "
    "principal_id principalId mi_res_id msi_res_id tenant_id tenantId authority error "
    "error_description error_codes error_uri suberror claims code message Message details target "
    "innererror innerError statusCode status reason title detail type timestamp trace_id traceId "
    "correlation_id correlationId correlation requestId newest-versions environment location "
    "time id name value ExceptionType ExceptionMessage exception data errors";

constexpr std::string_view known_headers =
    "Age Allow Cache-Control Connection Content-Encoding Content-Language Content-Length "
    "Content-Security-Policy Content-Type Date ETag Expires Keep-Alive Last-Modified Location "
    "Metadata-Flavor nel P3P Pragma Proxy-Authenticate Proxy-Connection report-to Retry-After "
    "Server Set-Cookie Strict-Transport-Security Trailer Transfer-Encoding Upgrade Vary Via "
    "WWW-Authenticate client-request-id x-ms-activity-id x-ms-client-request-id "
    "x-ms-correlation-request-id x-ms-ests-server x-ms-request-id x-ms-srs X-AspNet-Version "
    "X-Cache X-Content-Type-Options X-Correlation-Id X-Envoy-Upstream-Service-Time "
    "X-Forwarded-For X-Frame-Options X-Powered-By X-Request-Id X-ServiceFabric X-Squid-Error "
    "X-XSS-Protection";

constexpr std::string_view known_media_types =
    "application/json application/octet-stream application/problem+json "
    "application/x-www-form-urlencoded application/xhtml+xml application/xml text/html text/json "
    "text/plain text/xml";

// The first of these words, which a space separates, that is wanted; empty if none is.
template <class Predicate>
std::string_view find_word(std::string_view words, Predicate is_wanted) noexcept {
  while (!words.empty()) {
    const auto word = words.substr(0, words.find(' '));
    if (is_wanted(word)) {
      return word;
    }
    words.remove_prefix(std::min(word.size() + 1, words.size()));
  }
  return {};
}

bool has_word(std::string_view words, std::string_view name) noexcept {
  return !find_word(words, [name](std::string_view word) { return word == name; }).empty();
}

}  // namespace

bool is_known_member(std::string_view name) noexcept { return has_word(known_members, name); }

std::string_view known_header(std::string_view name) noexcept {
  return find_word(known_headers,
                   [name](std::string_view word) { return equal_ignoring_case(word, name); });
}

bool is_known_media_type(std::string_view type) noexcept {
  return has_word(known_media_types, type);
}

}  // namespace midas::internal::tools
