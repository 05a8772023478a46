// What hosts answer that pass on what Microsoft Entra ID tells them: tokens and errors as OAuth 2.0
// (RFC 6749, sections 5.1 and 5.2) has them, with what Entra adds.
#pragma once

#include "simulator/http/http_exchange.hpp"
#include "simulator/tokens/token_issuer.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace midas::internal::simulator {

/// IMDS's members, which are all text, the numbers too.
void write_imds_members(json_object& answer, const issued_token& token);

/// `error` and `error_description`.
void write_oauth_error(response& out, int status, std::string_view code,
                       std::string_view description);

/// The same, the description beginning with AADSTS and the number, with Entra's own members.
/// `now` is in Unix seconds; the ids come from the issuer.
void write_entra_error(response& out, int status, std::string_view code, unsigned number,
                       std::string_view description, std::int64_t now, token_issuer& issuer);

/// AADSTS500011, as managed identity hosts answer it: invalid_resource.
void write_unknown_resource(response& out, std::string_view resource, std::int64_t now,
                            token_issuer& issuer);

/// The text of AADSTS500011, without its number.
[[nodiscard]] std::string unknown_resource_text(std::string_view resource);

}  // namespace midas::internal::simulator
