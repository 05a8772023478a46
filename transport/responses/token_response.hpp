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
/// - `expires_in`, `expires_on`: numbers, or strings as in expiry.hpp; null and "" count as absent.
///   Of two readable ones the earlier counts: a cache on the way makes `expires_in` too long. If
///   the answer's Date shows that this machine's clock is wrong, a time is measured from that Date,
///   so that the token lives as long as the host means.
/// - `refresh_in`: a hint, used if it is within the token's lifetime.
/// - `token_type`: "Bearer" if absent.
///
/// Fails with errc::invalid_response if the token is missing or malformed, or if its expiry is
/// missing, unreadable, or not in the future; the error about the latter says by how much, and
/// whether this machine's clock agrees with the answer's Date. The error describes only the shape
/// of the body, which may contain a token.
expected<token_grant> read_token_response(std::string_view source, http_response response,
                                          std::chrono::sys_seconds now);

}  // namespace midas::internal
