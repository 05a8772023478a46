#include "actors/policies/loaded_tokens.hpp"

#include "actors/policies/refresh_policy.hpp"
#include "actors/policies/stored_validity.hpp"
#include "transport/responses/token_response.hpp"

#include <algorithm>
#include <chrono>
#include <unordered_map>
#include <utility>

namespace midas::internal {

namespace {

using candidates = std::unordered_map<token_key, usable_stored_token, token_key_hash>;

bool is_usable_as_header(const token_grant& grant) {
  return !grant.token.empty() && fits_header(grant.token.reveal()) && !grant.token_type.empty() &&
         is_token_type(grant.token_type);
}

// The identities in requests that a stored token of `identity` answers.
std::vector<managed_identity> identities_in_requests(const managed_identity& identity,
                                                     const store_owner& owner) {
  const bool is_default =
      owner.default_identity && owner.default_identity->folded() == identity.folded();
  if (is_default && identity.kind() != identity_kind::system_assigned) {
    return {identity, managed_identity::system_assigned()};
  }
  if (!is_default && owner.default_identity && identity.kind() == identity_kind::system_assigned) {
    return {};
  }
  return {identity};
}

void add(candidates& found, token_key key, const usable_stored_token& added) {
  const auto [at, is_first] = found.try_emplace(std::move(key), added);
  if (!is_first && takes_precedence(added, at->second)) {
    at->second = added;
  }
}

candidates find_candidates(const std::vector<stored_token>& stored, const store_owner& owner,
                           const clock_reading& now, const std::function<double()>& jitter) {
  candidates found;
  for (const auto& each : stored) {
    const auto validity = validity_of(each, now, jitter());
    if (!validity || !is_granted_by(each, owner.endpoint) || !is_usable_as_header(each.grant)) {
      continue;
    }
    for (const auto& identity : identities_in_requests(each.identity, owner)) {
      if (auto key = make_key(identity, each.grant.resource)) {
        add(found, *std::move(key), {&each, *validity});
      }
    }
  }
  return found;
}

// A short-lived process would begin a refresh that it cannot end, and so would the next one, for as
// long as the token may be used.
token_validity with_late_refresh(token_validity validity, const clock_reading& now) {
  const auto wait =
      std::min<boot_clock::duration>(min_wait_after_load, (validity.end.boot - now.boot) / 2);
  validity.refresh_at = std::max(validity.refresh_at, now.boot + wait);
  return validity;
}

loaded_token make_loaded(token_key key, const usable_stored_token& from, const clock_reading& now) {
  auto grant = from.stored->grant;
  // Composed from the token, whatever the store says.
  grant.authorization_header = {};
  grant.resource = key.resource;
  grant.refresh_on = refresh_on(grant, from.stored->cached_at);
  return {std::move(key), std::move(grant), with_late_refresh(from.validity, now)};
}

}  // namespace

store_owner store_owner_of(const host_protocol& host) {
  store_owner result{host.address, {}};
  if (host.default_identity) {
    result.default_identity = host.default_identity->identity;
  }
  return result;
}

bool is_granted_by(const stored_token& stored, std::string_view endpoint) noexcept {
  return stored.endpoint.empty() || stored.endpoint == endpoint;
}

managed_identity store_owner::identity_in_store(const managed_identity& identity) const {
  if (identity.kind() != identity_kind::system_assigned) {
    return identity;
  }
  return default_identity.value_or(managed_identity::system_assigned());
}

std::vector<loaded_token> usable_tokens(const std::vector<stored_token>& stored,
                                        const store_owner& owner, const clock_reading& now,
                                        const std::function<double()>& jitter, std::size_t max) {
  std::vector<loaded_token> result;
  for (auto& [key, from] : find_candidates(stored, owner, now, jitter)) {
    result.push_back(make_loaded(key, from, now));
  }
  if (result.size() > max) {
    std::ranges::nth_element(result, result.begin() + static_cast<std::ptrdiff_t>(max),
                             std::ranges::greater{},
                             [](const loaded_token& each) { return each.validity.end.boot; });
    result.resize(max);
  }
  return result;
}

}  // namespace midas::internal
