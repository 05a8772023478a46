#include "actors/policies/stored_validity.hpp"

#include <tuple>

namespace midas::internal {

std::optional<token_validity> validity_of(const stored_token& stored, const clock_reading& now,
                                          double jitter) noexcept {
  constexpr std::chrono::sys_seconds epoch{};
  // Before 1970, the age may exceed what nanoseconds can express.
  if (stored.cached_at > now.wall || stored.cached_at < epoch) {
    return std::nullopt;
  }
  const clock_reading then{stored.cached_at, now.boot - (now.wall - stored.cached_at)};
  const auto validity = validity_of(stored.grant, then, jitter);
  return is_usable(validity, now) ? std::optional{validity} : std::nullopt;
}

bool takes_precedence(const usable_stored_token& one, const usable_stored_token& other) noexcept {
  return std::tuple{one.stored->cached_at, one.validity.end.wall} >
         std::tuple{other.stored->cached_at, other.validity.end.wall};
}

}  // namespace midas::internal
