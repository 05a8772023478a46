// Describes a body that is not what the host's protocol promises, without showing what may be a
// token.
#pragma once

#include "messages/http_message.hpp"
#include "transport/responses/error_body.hpp"

#include <string>
#include <string_view>

namespace midas::internal {

/// For a page in the place of a token or an error: what to check or to try, and why.
std::string advice_on_page(
    std::string_view remedy = "Check for a proxy in between, and that this is an Azure host");

/// For an answer that ends before its end.
inline constexpr std::string_view advice_on_truncation =
    "Try again: the answer was cut off, by the server or on its way";

/// Tells the form of a body from its beginning, before it is parsed: empty, markup, compressed,
/// binary, or otherwise unreadable.
body_form form_of(const http_response& response) noexcept;

/// What the answer has in place of a token or an error of the host's own form:
/// - `a page (text/html), not JSON, with the title "Sign in"`; without a title the text of the
/// page,
/// - `a body of 22 bytes that could not be parsed as JSON: "no pods are known yet"`: the first
/// line,
/// - `a body of 63 bytes that is compressed (gzip), so that it could not be parsed as JSON`,
/// - `no response received except the status, Method Not Allowed: the body is empty`.
///
/// At most 120 characters of the host are quoted, from shown_host_text(); none if the text may
/// contain a token. Of an answer with a status of success, neither JSON nor a single word is
/// quoted. `is_truncated`: the parser found the body to end too early.
std::string describe_body(const http_response& response, body_form form, bool is_truncated);

/// Whether a text may contain a token: it names one, or has a word that is longer than words and
/// ids are. In an answer with a status of success, shorter words are suspected, too.
bool may_hold_token(std::string_view text, bool is_success) noexcept;

}  // namespace midas::internal
