// Reads the body of an error response, in any of the forms that hosts use.
#pragma once

#include <midas/secret.hpp>
#include <midas/sensitive_string.hpp>

#include <cstdint>
#include <span>
#include <string>

namespace midas::internal {

enum class body_form : std::uint8_t {
  /// Empty, or white space only.
  empty,
  /// HTML or XML.
  markup,
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
  /// The beginning of the body, in quotes, unless it may contain a token.
  std::string excerpt{};
};

/// Recognizes the forms that Microsoft Learn documents and hosts use:
/// {"error": "code", "error_description": "text"} (OAuth 2.0, RFC 6749),
/// {"error": {"code", "message", "correlationId"}}, {"statusCode", "message", "correlationId"}.
/// `proofs` are those of the request (http_response::proofs).
error_body read_error_body(sensitive_string body, std::span<const secret> proofs);

}  // namespace midas::internal
