#include "proxy/access/allowed_tokens.hpp"

#include "messages/ascii.hpp"
#include "messages/guid.hpp"
#include <midas/token_request.hpp>

#include <algorithm>
#include <cstddef>

namespace midas::internal::proxy {
namespace {

bool allows_all(const std::optional<std::vector<std::string>>& rules) {
  return !rules || std::ranges::find(*rules, any_token) != rules->end();
}

}  // namespace

std::optional<std::string> comparable_resource(std::string_view resource) {
  auto key = make_key({}, resource);
  if (!key) {
    return std::nullopt;
  }
  auto result = std::move(key->resource);
  if (result.size() > 1 && result.back() == '/') {
    result.pop_back();
  }
  constexpr std::string_view separator = "://";
  const auto scheme = result.find(separator);
  std::size_t folded = is_guid(result) ? result.size() : 0;
  // A path may contain the separator, too.
  if (scheme != std::string::npos && result.find_first_of("/?#") == scheme + 1) {
    folded = std::min(result.size(), result.find_first_of("/?#", scheme + separator.size()));
  }
  std::transform(result.begin(), result.begin() + static_cast<std::ptrdiff_t>(folded),
                 result.begin(), [](char c) { return ascii::lower(c); });
  return result;
}

allowed_tokens::allowed_tokens(const token_rules& rules) {
  if (!allows_all(rules.resources)) {
    resources_.emplace();
    for (const auto& each : *rules.resources) {
      if (auto resource = comparable_resource(each)) {
        resources_->insert(*std::move(resource));
      }
    }
  }
  if (!allows_all(rules.identities)) {
    ids_.emplace();
    allows_system_assigned_ = false;
    for (const auto& each : *rules.identities) {
      if (each == system_assigned_text) {
        allows_system_assigned_ = true;
      } else {
        ids_->insert(ascii::lower(each));
      }
    }
  }
}

bool allowed_tokens::allows_resource(std::string_view resource) const {
  if (!resources_) {
    return true;
  }
  const auto comparable = comparable_resource(resource);
  return comparable && resources_->contains(*comparable);
}

bool allowed_tokens::allows_identity(const managed_identity& identity) const {
  if (identity.kind() == identity_kind::system_assigned) {
    return allows_system_assigned_;
  }
  return !ids_ || ids_->contains(ascii::lower(identity.id()));
}

}  // namespace midas::internal::proxy
