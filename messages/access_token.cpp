#include "messages/concat.hpp"
#include "messages/time_text.hpp"
#include <midas/access_token.hpp>

#include <ostream>
#include <utility>

namespace midas {

std::string_view to_string(token_source source) noexcept {
  return source == token_source::cache ? "cache" : "identity_provider";
}

namespace {

// The token is a part of the header, so that memory holds it once.
void add_authorization_header(token_grant& grant) {
  sensitive_string text;
  text.reserve(grant.token_type.size() + 1 + grant.token.size());
  text.append(grant.token_type).append(1, ' ').append(grant.token.reveal());
  const auto size = text.size();
  grant.authorization_header = secret{std::move(text), 0, size};
  grant.token = grant.authorization_header.from(grant.token_type.size() + 1);
}

class kept_grant final : public detail::biased_refcount {
 public:
  explicit kept_grant(token_grant grant)
      : detail::biased_refcount(grant_), grant_(std::move(grant)) {
    if (grant_.authorization_header.empty()) {
      add_authorization_header(grant_);
    }
  }

 private:
  token_grant grant_;
};

}  // namespace

detail::biased_refcount& detail::access::refcount_of(const access_token& token) noexcept {
  return *token.refcount_;
}

access_token::access_token(token_grant grant, token_source source)
    : refcount_(new kept_grant{std::move(grant)}), origin_(static_cast<std::uint8_t>(source)) {}

access_token access_token::from_cache() const noexcept {
  auto result = *this;
  result.origin_ &= claims_bit;
  return result;
}

access_token access_token::with_claims_not_passed_on() const noexcept {
  auto result = *this;
  result.origin_ |= claims_bit;
  return result;
}

std::string to_string(const access_token& token) {
  if (token.empty()) {
    return "access_token()";
  }
  return internal::concat({"access_token(resource=", token.resource(), ", token_type=",
                           token.token_type(), ", token=", to_string(token.token()),
                           ", expires_on=", internal::utc_text(token.expires_on()),
                           ", source=", to_string(token.source()),
                           (token.claims_not_passed_on() ? ", claims_not_passed_on)" : ")")});
}

std::ostream& operator<<(std::ostream& out, const access_token& token) {
  return out << to_string(token);
}

}  // namespace midas
