// HTTP requests to an identity endpoint, and responses.
#pragma once

#include "messages/made_once.hpp"
#include <midas/secret.hpp>
#include <midas/sensitive_string.hpp>
#include <midas/token_service_options.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace midas::internal {

/// One header field. Values may be secret (X-IDENTITY-HEADER), so each one is treated as a secret
/// unless its author says otherwise.
struct http_header {
  std::string name;
  sensitive_string value;
  /// Whether the value of a request's header may be shown if the host repeats it.
  bool is_public = false;
};

/// A header of a request whose value is not secret.
inline http_header public_header(std::string name, std::string_view value) {
  return {.name = std::move(name), .value = sensitive_string{value}, .is_public = true};
}

using sha1_digest = std::array<std::uint8_t, 20>;

/// The defaults of a service, made once.
inline const token_service_options& default_options() {
  static constinit made_once<const token_service_options> options;
  return options.get([] { return token_service_options{}; });
}

struct acquisition_key;

/// How to reach a host that is not on this machine or its network, and whom to trust there.
struct internet_access {
  /// The URL of the proxy, which may have credentials; empty for none.
  sensitive_string proxy{};
  /// The hosts that are reached without it, as in NO_PROXY.
  std::string no_proxy{};
  /// The option or variable that names the proxy, for messages.
  std::string proxy_origin{};
  /// Replace the file and the directory with the system's certificate authorities; empty for those.
  std::string ca_file{};
  std::string ca_directory{};
  /// Certificate authorities in PEM, the only ones that count if it is not empty.
  std::string ca_pem{};
  /// The options or variables that name the authorities, for messages.
  std::string ca_origin{};
  /// Takes the place of the URL's host in TLS: the name that the client asks for (SNI) and that the
  /// certificate must have. Empty for the URL's host. It is also the value of Host, unless the
  /// request has that header.
  std::string server_name{};
};

/// What the request is for.
enum class request_purpose : std::uint8_t {
  /// A token that callers wait for.
  cold_key,
  /// A new token in place of one that is still handed out; no caller waits for it.
  refresh,
};

struct http_request {
  std::string method = "GET";
  /// Absolute, http or https.
  std::string url{};
  std::vector<http_header> headers{};
  sensitive_string body{};
  /// The secrets that the URL and the body contain; those in headers need not be listed. See
  /// proofs_of().
  std::vector<secret> proofs{};

  /// The time to establish the connection, including name resolution and TLS.
  std::chrono::milliseconds connect_timeout = default_options().connect_timeout;
  /// The time for the whole exchange, including connecting.
  std::chrono::milliseconds total_timeout = default_options().attempt_timeout;
  /// A larger body or header block fails with errc::response_too_large.
  std::size_t max_response_bytes = default_options().max_response_bytes;
  /// The SHA-1 digest of the server certificate in DER. If set, https trusts only that certificate,
  /// whatever its name and issuer; otherwise the usual certificate authorities.
  std::optional<sha1_digest> pinned_certificate{};
  /// Whether to connect to an IPv4 address only, whatever the host name resolves to.
  bool ipv4_only = false;
  /// Null for a host's own endpoint: proxies and certificate authorities of the user do not apply.
  std::shared_ptr<const internet_access> internet{};

  // -- for the HTTP actor, not sent: which request goes to the host first --

  /// The earliest deadline of the callers that wait for the response: of several waiting requests
  /// of a lane, the one with the earliest deadline is sent first. Not a timeout, but a request is
  /// never sent after it.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  /// Names the request in withdraw_request and hasten_request; unique within the service. 0: the
  /// sender uses neither.
  std::uint64_t ticket = 0;
  /// token_request::lane of the caller that started the acquisition.
  std::uint32_t lane = 0;
  /// The number of the attempt within its acquisition, for messages.
  unsigned attempt = 1;
  /// Cold keys go before refreshes, which have a share of the requests (purpose_turns).
  request_purpose purpose = request_purpose::cold_key;
  /// When a refresh becomes urgent, and its share larger.
  std::chrono::steady_clock::time_point urgent_at = std::chrono::steady_clock::time_point::max();
  /// The key that the request is for, for messages and for the limit per identity; may be null.
  std::shared_ptr<const acquisition_key> key{};
};

struct http_response {
  int status = 0;
  std::vector<http_header> headers{};
  sensitive_string body{};
  /// proofs_of() the request, so that no text of the host is shown in which it repeats one. Set by
  /// the HTTP actor.
  std::vector<secret> proofs{};
  /// The position of the request among those that were sent to the host: later ones have larger
  /// numbers. Set by the HTTP actor.
  std::uint64_t sent = 0;
  /// The reason phrase of the status line, "Method Not Allowed"; empty for a status of 200.
  std::string reason{};
};

/// Everything with which the request proves that its sender may have a token: request.proofs, and
/// the value of each header that is not public. The values are copied into secrets.
std::vector<secret> proofs_of(const http_request& request);

/// Compares header names: the case of ASCII letters is ignored.
bool equal_ignoring_case(std::string_view left, std::string_view right) noexcept;

/// The first header of that name, ignoring case; null if the response has none.
const http_header* find_header(const http_response&, std::string_view name) noexcept;

/// The value of that header without white space at its ends; empty if the response has none. Refers
/// to the response.
std::string_view header_value(const http_response&, std::string_view name) noexcept;

constexpr bool is_success(int status) noexcept { return status >= 200 && status < 300; }

/// Method, URL without its query, and sizes; never values.
std::string to_string(const http_request&);
std::string to_string(const http_response&);

}  // namespace midas::internal
