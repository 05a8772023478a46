// What a reply shows of the token beside it.
#pragma once

#include <string>
#include <string_view>

namespace midas::internal::proxy {

/// Members of a success body that the host has taken from the token.
struct token_claims {
  /// The client id of the identity; empty if the token does not say.
  std::string client_id{};
  /// Unix seconds, as digits; empty if the token does not say.
  std::string not_before{};
};

/// Reads them from a JSON Web Token, as tokens of Microsoft Entra ID are at present. Empty members
/// for any other text. Does not check the signature: nothing depends on the result.
[[nodiscard]] token_claims claims_of(std::string_view token);

}  // namespace midas::internal::proxy
