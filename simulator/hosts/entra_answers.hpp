// Answers that hosts pass on from Microsoft Entra ID: tokens and errors as in OAuth 2.0 (RFC
// 6749, sections 5.1 and 5.2), with Entra's additional members.
#pragma once

#include "simulator/http/http_exchange.hpp"
#include "simulator/tokens/token_issuer.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace midas::internal::simulator {

/// The members of an IMDS token answer. All of them are strings, numbers included.
void write_imds_members(json_object& answer, const issued_token& token);

/// `error` and `error_description`.
void write_oauth_error(response& out, int status, std::string_view code,
                       std::string_view description);

/// An OAuth error whose description starts with "AADSTS" and `number`, with Entra's own members.
/// `now` is in Unix seconds; the ids come from the issuer.
void write_entra_error(response& out, int status, std::string_view code, unsigned number,
                       std::string_view description, std::int64_t now, token_issuer& issuer);

/// AADSTS500011 as managed identity hosts answer it, with the code invalid_resource.
void write_unknown_resource(response& out, std::string_view resource, std::int64_t now,
                            token_issuer& issuer);

/// "AADSTS500011: " and its text, for hosts that put it into an error of their own form.
[[nodiscard]] std::string unknown_resource_error(std::string_view resource);

}  // namespace midas::internal::simulator
