// What the body of an error answer says, whichever of the hosts' shapes it has.
#pragma once

#include <midas/sensitive_string.hpp>

#include <cstdint>
#include <string>

namespace midas::internal {

enum class body_form : std::uint8_t {
  /// Nothing, or white space.
  empty,
  /// HTML or XML.
  markup,
  /// No JSON.
  unreadable,
  /// JSON in which no error is found.
  no_error,
  /// JSON with a code or a description.
  error,
};

/// Everything in it is one line, cut, and free of what looks like a token: fit to be shown.
struct error_body {
  body_form form = body_form::empty;
  std::string code{};
  std::string description{};
  std::string correlation_id{};
  /// How the body begins, between quotes, unless it may hold a token.
  std::string excerpt{};
};

/// Knows the shapes that Microsoft Learn and the hosts show:
/// {"error": "code", "error_description": "text"} (OAuth 2.0, RFC 6749),
/// {"error": {"code", "message", "correlationId"}}, {"statusCode", "message", "correlationId"}.
error_body read_error_body(sensitive_string body);

}  // namespace midas::internal
