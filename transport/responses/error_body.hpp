// Reads the body of an error response, in any of the forms that hosts use.
#pragma once

#include "messages/http_message.hpp"

#include <cstdint>
#include <string>

namespace midas::internal {

enum class body_form : std::uint8_t {
  /// Empty, or white space only.
  empty,
  /// HTML or XML.
  markup,
  /// Compressed, though not decoded by the transport.
  compressed,
  /// No text.
  binary,
  /// Not JSON.
  unreadable,
  /// JSON without a recognized error.
  no_error,
  /// JSON with an error code or a description.
  error,
};

/// Each text is from shown_host_text(): one line, of limited length, and without proofs and tokens.
struct error_body {
  body_form form = body_form::empty;
  std::string code{};
  std::string description{};
  std::string correlation_id{};
  /// The body in other forms than that of an error: describe_body(), or the JSON.
  std::string text{};
  /// An error with a code of its own, not only a message.
  bool has_code = false;
  /// An error with `statusCode`, as only the platform of App Service sends them.
  bool has_status_code = false;
};

/// Recognizes the forms that Microsoft Learn documents and hosts use:
/// {"error": "code", "error_description": "text"} (OAuth 2.0, RFC 6749),
/// {"error": {"code", "message", "correlationId"}}, {"statusCode", "message", "correlationId"}.
/// Overwrites the body.
error_body read_error_body(http_response& response);

}  // namespace midas::internal
