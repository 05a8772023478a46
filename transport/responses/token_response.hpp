// Reads the answer with which an identity endpoint grants a token; alike for every host.
#pragma once

#include "messages/http_message.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>

#include <chrono>
#include <string_view>

namespace midas::internal {

/// The grant in a response of status 200 from `source` ("IMDS"), received at `now`; its resource is
/// left empty. Microsoft Learn, "How to use managed identities for Azure resources on an Azure VM
/// to acquire an access token", has the members:
/// - `access_token`: a string of printable ASCII characters, with no space at its ends.
/// - `expires_in` where there is a readable one, since it does not depend on this host's clock,
/// else
///   `expires_on`: numbers, or strings as expiry.hpp reads them. Null and "" count as not stated.
/// - `refresh_in`: a hint, used when it lies within the token's life.
/// - `token_type`: "Bearer" when not stated.
/// Fails with errc::invalid_response when there is no such token, when its expiry is not stated,
/// not readable, or not in the future. The error tells of the body's shape only: it may hold a
/// token.
expected<token_grant> read_token_response(std::string_view source, http_response response,
                                          std::chrono::sys_seconds now);

}  // namespace midas::internal
