#include "proxy/access/access_policy.hpp"

#include "messages/plain_text.hpp"

namespace midas::internal::proxy {
namespace {

// A user has the general list where it has none of its own.
token_rules with_defaults(token_rules own, const token_rules& general) {
  if (!own.resources) {
    own.resources = general.resources;
  }
  if (!own.identities) {
    own.identities = general.identities;
  }
  return own;
}

denial deny(std::string_view reason, const std::string& what) {
  return {.reason = reason,
          .text = "The proxy on this machine does not allow you tokens for " + what +
                  "; ask its administrator to allow them (midas proxy --config)"};
}

}  // namespace

access_policy::access_policy(const proxy_configuration& configuration)
    : general_(configuration.tokens) {
  if (configuration.allowed_uids) {
    allowed_uids_.emplace(configuration.allowed_uids->begin(), configuration.allowed_uids->end());
  }
  for (const auto& each : configuration.users) {
    users_.emplace(each.uid, allowed_tokens{with_defaults(each.tokens, configuration.tokens)});
  }
}

bool access_policy::admits(const client& who) const noexcept {
  return !allowed_uids_ || (who.uid && allowed_uids_->contains(*who.uid));
}

std::optional<denial> access_policy::check(const client& who, const token_query& query) const {
  const auto* rules = &general_;
  if (who.uid) {
    const auto own = users_.find(*who.uid);
    rules = own == users_.end() ? rules : &own->second;
  }
  if (!rules->allows_resource(query.resource)) {
    return deny("resource_not_allowed", "the resource " + quoted_start(query.resource));
  }
  if (!rules->allows_identity(query.identity)) {
    return deny("identity_not_allowed", "the identity " + quoted_start(to_string(query.identity)));
  }
  return std::nullopt;
}

}  // namespace midas::internal::proxy
