#include "tests/conformance/error_classes.hpp"

#include <algorithm>
#include <array>

namespace midas::internal::conformance {

namespace {

bool mentions(const error& problem, std::string_view text) {
  return problem.message.find(text) != std::string::npos;
}

bool any(const error&) { return true; }
bool redirects(const error& e) { return e.http_status >= 300 && e.http_status < 400; }
bool redirects_not(const error& e) { return !redirects(e); }
// The platform cannot answer Arc's challenge.
bool is_about_platform(const error& e) { return mentions(e, "on this platform"); }
bool is_about_program_data(const error& e) { return mentions(e, "ProgramData"); }
// errc::invalid_response covers three classes; the message distinguishes them.
bool expired(const error& e) { return mentions(e, "already expired"); }
bool is_unreadable(const error& e) {
  return mentions(e, "could not be parsed") || mentions(e, "could not be read") ||
         mentions(e, "not an object");
}
bool lacks_something(const error& e) { return !expired(e) && !is_unreadable(e); }

struct error_row {
  errc code;
  std::string_view error_class;
  bool (*applies)(const error&);
};

constexpr std::array<error_row, 28> rows{{
    {errc::invalid_resource, "invalid_argument", any},
    {errc::invalid_identity, "invalid_argument", any},
    {errc::invalid_timeout, "invalid_argument", any},
    {errc::identity_not_supported, "unsupported_identity", any},
    {errc::invalid_endpoint, "invalid_endpoint", any},
    {errc::endpoint_not_allowed, "insecure_endpoint", any},
    {errc::invalid_configuration, "configuration", any},
    {errc::invalid_configuration, "platform_not_supported", is_about_program_data},
    {errc::challenge_rejected, "challenge_rejected", any},
    {errc::challenge_rejected, "platform_not_supported", is_about_platform},
    {errc::identity_not_confirmed, "identity_not_confirmed", any},
    {errc::request_rejected, "service_error", redirects_not},
    {errc::request_rejected, "redirect_rejected", redirects},
    {errc::identity_not_found, "service_error", any},
    {errc::throttled, "service_error", any},
    {errc::service_unavailable, "service_error", any},
    {errc::invalid_response, "empty_response", lacks_something},
    {errc::invalid_response, "parse_error", is_unreadable},
    {errc::invalid_response, "invalid_lifetime", expired},
    {errc::response_too_large, "parse_error", any},
    {errc::unreachable, "network_error", any},
    {errc::connection_lost, "network_error", any},
    {errc::invalid_http, "network_error", any},
    {errc::request_timeout, "timeout", any},
    {errc::request_timeout, "network_error", any},
    {errc::deadline_exceeded, "timeout", any},
    {errc::certificate_mismatch, "tls_pin_mismatch", any},
    {errc::cancelled, "cancelled", any},
}};

}  // namespace

bool is_of_class(const error& problem, std::string_view error_class) {
  return std::ranges::any_of(rows, [&](const error_row& row) {
    return row.code == problem.code && row.error_class == error_class && row.applies(problem);
  });
}

}  // namespace midas::internal::conformance
