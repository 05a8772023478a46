#include "proxy/administration/administration.hpp"

#include "messages/ascii.hpp"
#include "proxy/access/allowed_tokens.hpp"

namespace midas::internal::proxy {

bool key_selection::selects(const token_key& key) const {
  if (resource && comparable_resource(key.resource) != *resource) {
    return false;
  }
  if (!identity) {
    return true;
  }
  return key.identity.kind() == identity_kind::system_assigned
             ? *identity == system_assigned_text
             : ascii::lower(key.identity.id()) == *identity;
}

}  // namespace midas::internal::proxy
