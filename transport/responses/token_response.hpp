// Reads the response that grants a token; all hosts use the same members.
#pragma once

#include "messages/http_message.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>

#include <chrono>
#include <string_view>

namespace midas::internal {

/// The grant in a response of status 200 from `source` ("IMDS"), received at `now`. Its resource
/// stays empty. Microsoft Learn, "How to use managed identities for Azure resources on an Azure VM
/// to acquire an access token", documents the members:
/// - `access_token`: a string of printable ASCII characters, without a space at its ends.
/// - `expires_in` if it is readable, since it does not depend on this machine's clock, otherwise
///   `expires_on`: numbers, or strings as in expiry.hpp. Null and "" count as absent.
/// - `refresh_in`: a hint, used if it is within the token's lifetime.
/// - `token_type`: "Bearer" if absent.
///
/// Fails with errc::invalid_response if the token is missing or malformed, or if its expiry is
/// missing, unreadable, or not in the future. The error describes only the shape of the body, which
/// may contain a token.
expected<token_grant> read_token_response(std::string_view source, http_response response,
                                          std::chrono::sys_seconds now);

}  // namespace midas::internal
