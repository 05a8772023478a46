// What can go wrong, as one enumeration with details, and `midas::expected` to carry it.
#pragma once

#include <tl/expected.hpp>

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

namespace midas {

/// Every error that midas reports. The numbers are stable.
enum class errc : std::uint8_t {
  /// The resource is empty, or holds characters that no resource has.
  invalid_resource = 1,
  /// The identity is of no known kind, or has no id, or more than one.
  invalid_identity = 2,
  /// The endpoint is no absolute http or https URL.
  invalid_endpoint = 3,
  /// Plain http to a host that is neither loopback nor a known identity endpoint.
  endpoint_not_allowed = 4,
  /// A timeout that is zero or negative.
  invalid_timeout = 5,
  /// The caller's own time ran out; the acquisition goes on for the others.
  deadline_exceeded = 6,
  /// The caller cancelled.
  cancelled = 7,
  /// No connection to the endpoint: refused, unreachable, the name unknown, or TLS failed.
  unreachable = 8,
  /// The connection ended in the middle of a response.
  connection_lost = 9,
  /// The endpoint took longer than one attempt may.
  request_timeout = 10,
  /// What came back is no HTTP.
  invalid_http = 11,
  /// A response body (or its headers) over the limit.
  response_too_large = 12,
  /// The endpoint said success, but its answer holds no usable token.
  invalid_response = 13,
  /// The host has no identity, or not the one asked for.
  identity_not_found = 14,
  /// The endpoint refused the request: an error in the request or in the host's configuration.
  request_rejected = 15,
  /// The endpoint is throttling (429).
  throttled = 16,
  /// The endpoint fails at the moment (404, 410 and 5xx, as its documentation says).
  service_unavailable = 17,
  /// The token service is shutting down, or has shut down.
  shutting_down = 18,
  /// An actor on the way ended before it could answer. It is replaced; ask again.
  actor_terminated = 19,
  /// A blocking call from a callback that midas itself is running: it would wait for itself.
  would_block = 20,
  /// The host gives out the system-assigned identity only, or takes no such id.
  identity_not_supported = 21,
  /// An environment variable, or a file that one names, cannot be used.
  invalid_configuration = 22,
  /// Azure Arc's challenge, or the key file that it names, is not to be trusted.
  challenge_rejected = 23,
  /// Azure Arc did not say that its token is for the identity that was asked for.
  identity_not_confirmed = 24,
  /// The server's certificate is not the pinned one. Nothing was sent to it.
  certificate_mismatch = 25,
};

/// The name of the enumerator, as written above; "unknown" for another number.
std::string_view to_string(errc code) noexcept;
std::ostream& operator<<(std::ostream&, errc code);

/// One failure. Never holds a token, an identity header or the content of a key.
struct error {
  /// What kind it is.
  errc code{};
  /// What happened, naming the input that caused it; one line.
  std::string message;
  /// What the person who reads it can do; may be empty.
  std::string advice;
  /// The host's dialect, e.g. "IMDS"; empty when no host was asked.
  std::string source;
  /// The HTTP status of the endpoint's answer; 0 when there was none.
  int http_status = 0;
  /// The endpoint's own error code, e.g. "invalid_resource".
  std::string service_code;
  /// The endpoint's own description, cut to a few hundred characters.
  std::string service_description;
  /// The endpoint's id for this failure, to quote to its support.
  std::string correlation_id;
  /// How long the endpoint asked to wait (Retry-After); with deadline_exceeded, how long its limits
  /// would have kept the request waiting.
  std::optional<std::chrono::milliseconds> retry_after{};
};

/// One line: "code: message (HTTP 400, service code ..., correlation id ...). Advice."
std::string to_string(const error&);
std::ostream& operator<<(std::ostream&, const error&);

/// A value or an error. std::expected once the standard library of the supported compilers has it.
template <class T>
using expected = tl::expected<T, error>;

using unexpected = tl::unexpected<error>;

}  // namespace midas
