// One HTTP request to an identity endpoint and its response, as values.
#pragma once

#include <midas/sensitive_string.hpp>
#include <midas/token_service_options.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal {

/// One header field. Values may be secret (X-IDENTITY-HEADER), so all are kept as such.
struct http_header {
  std::string name;
  sensitive_string value;
};

using sha1_digest = std::array<std::uint8_t, 20>;

struct http_request {
  std::string method = "GET";
  /// Absolute, http or https.
  std::string url{};
  std::vector<http_header> headers{};
  sensitive_string body{};

  /// For the connection alone, the name look-up and TLS included.
  std::chrono::milliseconds connect_timeout = token_service_options{}.connect_timeout;
  /// For the whole exchange, from the first byte sent until the last received.
  std::chrono::milliseconds total_timeout = token_service_options{}.attempt_timeout;
  /// A larger body (or header block) ends the exchange with errc::response_too_large.
  std::size_t max_response_bytes = token_service_options{}.max_response_bytes;
  /// The SHA-1 of the DER of the server's own certificate: with it, https trusts that certificate
  /// and no other, whatever its name and issuer; without it, the usual authorities.
  std::optional<sha1_digest> pinned_certificate{};
  /// When the first caller behind this request gives up: of several requests that wait for their
  /// turn, the one with the earliest deadline goes first. Not a timeout.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

struct http_response {
  int status = 0;
  std::vector<http_header> headers{};
  sensitive_string body{};
};

/// As the names of headers are compared: the case of ASCII letters does not count.
bool equal_ignoring_case(std::string_view left, std::string_view right) noexcept;

/// The first header of that name, without regard to case; nullptr when there is none.
const http_header* find_header(const http_response&, std::string_view name) noexcept;

/// Method, URL without its query, and sizes: shapes, never values.
std::string to_string(const http_request&);
std::string to_string(const http_response&);

}  // namespace midas::internal
