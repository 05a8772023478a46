// Reads the claims challenge with which a service rejects a token.
#pragma once

#include <midas/detail/export.hpp>
#include <midas/error.hpp>

#include <string>
#include <string_view>

namespace midas {

/// The claims in a WWW-Authenticate header (RFC 9110, section 11.6.1), for token_request::claims:
/// the text of a JSON object, decoded if the header has it in base64 or base64url.
///
/// `www_authenticate` is the header's value, with any number of challenges. If a response has
/// several such headers, pass each, or all of them separated by commas. Of several challenges with
/// claims, a Bearer challenge with error="insufficient_claims" is preferred, then any Bearer
/// challenge, then any other; the first one among equals.
///
/// Fails with errc::invalid_claims if no challenge has claims, or if they are not a JSON object. An
/// error shows no part of the header. The length of the claims is not limited here, but by
/// make_key(). Any thread.
MIDAS_EXPORT expected<std::string> parse_claims_challenge(std::string_view www_authenticate);

}  // namespace midas
