#include <midas/actors/refresh_policy.hpp>

namespace midas {

bool is_usable(const access_token& token, std::chrono::sys_seconds now) noexcept {
  return !token.empty() && token.expires_on() > now + expiry_margin;
}

bool is_fresh(const access_token& token, std::chrono::sys_seconds now) noexcept {
  return is_usable(token, now) && !(token.refresh_on() && *token.refresh_on() <= now);
}

std::optional<std::chrono::sys_seconds> refresh_on(const token_grant& grant,
                                                   std::chrono::sys_seconds now) noexcept {
  if (grant.refresh_on) {
    return grant.refresh_on;
  }
  const auto life = grant.expires_on - now;
  if (life < shortest_life_refreshed_early) {
    return std::nullopt;
  }
  return now + life / 2;
}

}  // namespace midas
