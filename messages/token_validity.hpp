// How long a token may be handed out, and when it must be refreshed.
#pragma once

#include "messages/clock_reading.hpp"

namespace midas::internal {

/// Computed once, when the token is granted.
struct token_validity {
  /// The token is no longer handed out once either clock reaches this.
  clock_reading end{};
  /// When a new token must be acquired, while this one is still handed out.
  boot_clock::time_point refresh_at{};
};

/// True if the token may be handed out at `now`.
inline bool is_usable(const token_validity& validity, const clock_reading& now) noexcept {
  return now.wall < validity.end.wall && now.boot < validity.end.boot;
}

}  // namespace midas::internal
