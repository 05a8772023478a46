// What the simpler hosts answer: a token with HTTP 200, an error with any other status.
#pragma once

#include "messages/http_message.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>
#include <midas/token_request.hpp>

#include <chrono>
#include <string_view>

namespace midas::internal {

/// The token for `request` in an answer received at `now` (UTC), else the error in it. `source` is
/// the dialect, for people. Errors: those of read_token_response, read_service_error and make_key.
expected<token_grant> read_simple_response(std::string_view source, const token_request& request,
                                           http_response response, std::chrono::sys_seconds now);

/// errc::identity_not_supported: that host has no identity of that kind to give. `reason` says what
/// the host does instead, `advice` what to do.
unexpected refuse_identity(std::string_view source, identity_kind kind, std::string_view reason,
                           std::string advice);

}  // namespace midas::internal
