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
/// If `wanted` is not empty, fails also if the answer says that the token is for another resource;
/// see is_other_resource().
expected<token_grant> read_token_response(std::string_view source, http_response response,
                                          std::chrono::sys_seconds now,
                                          std::string_view wanted = {});

/// Whether an Authorization header can carry the token: other characters than printable ASCII would
/// break the header, and spaces at the ends would be lost.
bool fits_header(std::string_view token) noexcept;

/// Whether `text` is empty or a word of at most 64 characters.
bool is_token_type(std::string_view text) noexcept;

/// error::service_code for a token for another resource than the wanted one.
inline constexpr std::string_view other_resource_code = "other_resource";

/// Whether `stated`, the `resource` of an answer, contradicts `wanted`: both are URLs, and name
/// different hosts with a domain. Slashes and case do not count, and the two names of Azure
/// Resource Manager are one.
bool is_other_resource(std::string_view stated, std::string_view wanted);

}  // namespace midas::internal
