// The claims in an access token of Microsoft Entra ID, which is a JSON Web Token (RFC 7519).
#pragma once

#include <midas/error.hpp>

#include <string>
#include <string_view>

namespace midas::internal::tools {

/// Returns the claims as indented JSON in ASCII, which is safe to print on a terminal. Does not
/// check the signature, so the claims must not be trusted. Fails with errc::invalid_response for a
/// token that is not a signed JSON Web Token; Entra does not promise that format. The error
/// contains no part of the token.
expected<std::string> claims_of(std::string_view token);

}  // namespace midas::internal::tools
