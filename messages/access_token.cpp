#include <midas/messages/access_token.hpp>

#include <ostream>
#include <utility>

namespace midas {

std::string_view to_string(token_source source) noexcept {
  return source == token_source::cache ? "cache" : "identity_provider";
}

access_token::access_token(token_grant grant, token_source source)
    : grant_(std::make_shared<const token_grant>(std::move(grant))), source_(source) {}

access_token access_token::from_cache() const noexcept {
  auto result = *this;
  result.source_ = token_source::cache;
  return result;
}

std::string to_string(const access_token& token) {
  if (token.empty()) {
    return "access_token()";
  }
  return "access_token(resource=" + token.resource() + ", token_type=" + token.token_type() +
         ", token=" + to_string(token.token()) +
         ", expires_on=" + std::to_string(token.expires_on().time_since_epoch().count()) +
         ", source=" + std::string{to_string(token.source())} + ")";
}

std::ostream& operator<<(std::ostream& out, const access_token& token) {
  return out << to_string(token);
}

}  // namespace midas
