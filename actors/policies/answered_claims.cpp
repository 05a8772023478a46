#include "actors/policies/answered_claims.hpp"

#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "messages/time_text.hpp"
#include "transport/formats/sha256.hpp"

#include <algorithm>
#include <utility>

namespace midas::internal {

std::string_view trimmed_claims(std::string_view claims) noexcept {
  constexpr std::string_view white_space = " \t\r\n";
  const auto first = claims.find_first_not_of(white_space);
  if (first == std::string_view::npos) {
    return claims;
  }
  return claims.substr(first, claims.find_last_not_of(white_space) + 1 - first);
}

void answered_claims::answered(const token_key& key, std::string_view claims, time_point at) {
  auto& all = keys_[key];
  auto digest = sha256_hex(trimmed_claims(claims));
  std::erase_if(all, [&digest](const answer& each) { return each.digest == digest; });
  if (all.size() == max_per_key) {
    all.erase(all.begin());
  }
  all.push_back({std::move(digest), at});
}

std::optional<answered_claims::time_point> answered_claims::find(const token_key_view& key,
                                                                 std::string_view claims,
                                                                 time_point now) const {
  const auto of_key = keys_.find(key);
  if (of_key == keys_.end()) {
    return std::nullopt;
  }
  const auto digest = sha256_hex(trimmed_claims(claims));
  const auto found = std::ranges::find(of_key->second, digest, &answer::digest);
  const bool is_recent = found != of_key->second.end() && now - found->at < claims_interval;
  return is_recent ? std::optional{found->at} : std::nullopt;
}

void answered_claims::forget(const token_key& key) { keys_.erase(key); }

void answered_claims::forget_old(time_point now) {
  std::erase_if(keys_, [now](const auto& item) {
    return std::ranges::all_of(
        item.second, [now](const answer& each) { return now - each.at >= claims_interval; });
  });
}

error repeated_claims_error(std::string_view host, std::string_view resource,
                            std::chrono::nanoseconds ago) {
  auto result = make_error(
      errc::claims_not_supported,
      concat({host, " does not accept claims: it granted a token for ", resource,
              " and the same claims ", duration_text(ago),
              " ago, which the resource will probably refuse as well"}),
      "Do not request a token with these claims again; a caller that has not tried that token yet "
      "gets it by a request without claims");
  result.source = host;
  result.retry_after = std::chrono::ceil<std::chrono::milliseconds>(claims_interval - ago);
  return result;
}

}  // namespace midas::internal
