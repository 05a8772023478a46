// What an access token of Microsoft Entra's says: the claims of the JSON Web Token that it is
// (RFC 7519), without what makes it worth anything, its signature.
#pragma once

#include <midas/error.hpp>

#include <string>
#include <string_view>

namespace midas::internal::tools {

/// The claims as indented JSON of ASCII alone, fit for any terminal. The signature is not checked:
/// a client is not to decide by what a token says. Fails with errc::invalid_response for a token
/// that is no signed JSON Web Token, which nobody promised; the error holds nothing of it.
expected<std::string> claims_of(std::string_view token);

}  // namespace midas::internal::tools
