// Errors: one enumeration of everything that can fail, the details of a failure, and
// `midas::expected`, which carries a value or an error.
#pragma once

#include <midas/detail/export.hpp>
#include <midas/detail/time_types.hpp>

#include <tl/expected.hpp>

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

namespace midas {

/// The code of every error that midas reports. The numbers are stable across releases.
enum class errc : std::uint8_t {
  // -- The request is malformed, or this host cannot serve it --

  /// The resource is empty, too long, or contains characters that no resource has.
  invalid_resource = 1,
  /// The id of the identity is empty, too long or malformed, or so is its JSON form.
  invalid_identity = 2,
  /// The claims have more than 16,384 characters or are not a JSON object, or there are none.
  invalid_claims = 29,
  /// The timeout is zero or negative.
  invalid_timeout = 5,
  /// The host offers only its system-assigned identity, or does not accept this kind of id.
  identity_not_supported = 21,
  /// The host does not accept claims, and granted a token for the same claims less than a minute
  /// ago, which the resource has probably refused as well. error::retry_after is when the
  /// host is asked again.
  claims_not_supported = 32,

  // -- The service is misconfigured --

  /// The endpoint is not an absolute http or https URL, or has a query.
  invalid_endpoint = 3,
  /// The endpoint is plain http and neither loopback nor a known identity endpoint, or the host
  /// requires https.
  endpoint_not_allowed = 4,
  /// An environment variable, a file that one names, or an option is missing or unusable, or
  /// contradicts another.
  invalid_configuration = 22,

  // -- The host cannot be reached, or its answer did not arrive --

  /// No connection: refused, no route, unknown host name, or a failed TLS handshake.
  unreachable = 8,
  /// Nothing names a host, IMDS cannot be reached at its default address, and the machine shows no
  /// sign of Azure; or the metadata service of another cloud answers in place of the host.
  not_an_azure_host = 31,
  /// The connection closed before the response was complete.
  connection_lost = 9,
  /// The host did not answer within token_service_options::attempt_timeout.
  request_timeout = 10,
  /// The server's certificate is not the pinned one. Nothing was sent to the server.
  certificate_mismatch = 25,

  // -- The host's answer --

  /// The answer is not HTTP/1.x.
  invalid_http = 11,
  /// The body or the headers exceed token_service_options::max_response_bytes.
  response_too_large = 12,
  /// The host reported success, but its answer contains no usable token.
  invalid_response = 13,
  /// The host does not have the requested identity, or has none at all.
  identity_not_found = 14,
  /// The host rejected the request: the request or the host's configuration is wrong.
  request_rejected = 15,
  /// The host is throttling its clients (HTTP 429).
  throttled = 16,
  /// The host is temporarily unavailable (HTTP 408 or 5xx; from IMDS also 404 and 410).
  service_unavailable = 17,
  /// Azure Arc's challenge, or the key file that it names, cannot be trusted.
  challenge_rejected = 23,
  /// Azure Arc did not confirm that its token belongs to the requested identity.
  identity_not_confirmed = 24,

  // -- The caller's timeout or cancellation --

  /// The caller's timeout passed. The acquisition continues for other callers.
  deadline_exceeded = 6,
  /// The caller canceled the request.
  cancelled = 7,
  /// The host's limits admit the request only after the caller's deadline, because other requests
  /// go before it; or too many keys of its lane wait already. error::retry_after is when a slot is
  /// expected.
  host_busy = 26,

  // -- The state of the token service --

  /// The token service is shutting down or has shut down.
  shutting_down = 18,
  /// An actor that held the request ended before it answered. midas replaces the actor.
  actor_terminated = 19,
  /// More keys are being acquired at the same time than the service keeps; see
  /// token_service_options::max_keys.
  too_many_keys = 30,
  /// A blocking call would wait for itself: in a callback or observer of midas, in a coroutine that
  /// midas resumed, or in an actor on a thread of the actor system that the service uses.
  would_block = 20,
  /// The service was created before a fork(), and the calling process is the child: its threads do
  /// not exist here.
  forked = 27,
  /// The service could not start: a limit on threads or memory was reached, libcurl cannot be
  /// initialized, or the application has not called init_global_meta_objects()
  /// (<midas/actors.hpp>).
  not_started = 28,

  // -- The token store --

  /// The token store cannot be read or written, or does not trust what it found: the file, its
  /// directory, its lock or its content.
  store_failed = 33,
};

/// True if the same request may succeed later without a change to the request, the configuration or
/// the service: `unreachable`, `connection_lost`, `request_timeout`, `invalid_http`, `throttled`,
/// `service_unavailable`, `deadline_exceeded`, `host_busy`, `too_many_keys` and `actor_terminated`.
/// By the time a caller gets one of these, midas has retried as far as its policy and the caller's
/// timeout allow. Pause before the next request, for error::retry_after if it is set.
[[nodiscard]] constexpr bool is_transient(errc code) noexcept {
  switch (code) {
    case errc::unreachable:
    case errc::connection_lost:
    case errc::request_timeout:
    case errc::invalid_http:
    case errc::throttled:
    case errc::service_unavailable:
    case errc::deadline_exceeded:
    case errc::host_busy:
    case errc::actor_terminated:
    case errc::too_many_keys:
      return true;
    default:
      return false;
  }
}

/// The name of the enumerator, e.g. "invalid_resource"; "unknown" for any other number. Any thread.
MIDAS_EXPORT std::string_view to_string(errc code) noexcept;
/// Writes to_string().
MIDAS_EXPORT std::ostream& operator<<(std::ostream&, errc code);

/// One failure, as a plain value. Never contains a token, an identity header or the content of a
/// key file, so it may be logged; a text of the host is included only after anything that looks
/// like a token, or repeats what the request sent as a proof, has been removed. The texts contain
/// no line breaks and no other control characters.
struct error {
  /// What a program should branch on. The texts are for people and may change between releases.
  errc code{};
  /// What failed and on which input; one line.
  std::string message{};
  /// What the reader can do about it; may be empty.
  std::string advice{};
  /// The name of the host that the failure concerns, e.g. "IMDS"; may be empty.
  std::string source{};
  /// The HTTP status of the host's answer; 0 if there was none.
  int http_status = 0;
  /// The host's own error code, e.g. "invalid_resource"; may be empty.
  std::string service_code{};
  /// The host's own description, cut to a few hundred characters; may be empty.
  std::string service_description{};
  /// The host's id for this failure, to quote to its support; may be empty.
  std::string correlation_id{};
  /// How long the host asked its clients to wait (Retry-After), or how long midas sends the host no
  /// request after failures. With host_busy: when a slot is expected.
  std::optional<std::chrono::milliseconds> retry_after{};
};

/// One line: "code: message (HTTP 400, service code "...", ..., correlation id ...). Advice". Any
/// thread.
MIDAS_EXPORT std::string to_string(const error&);
/// Writes to_string().
MIDAS_EXPORT std::ostream& operator<<(std::ostream&, const error&);

/// A value or an error. tl::expected, because std::expected needs C++23.
template <class T>
using expected = tl::expected<T, error>;

/// The failure that converts to every expected<T>.
using unexpected = tl::unexpected<error>;

}  // namespace midas
