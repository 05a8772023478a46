// How long a request waits for the token store before the host is asked. Pure: time is an argument.
#pragma once

#include <algorithm>
#include <chrono>

namespace midas::internal {

/// After the load has begun, no request waits for it for longer.
inline constexpr std::chrono::seconds max_load_wait{1};

/// When a request that must be answered by `deadline` stops waiting for a load that began at
/// `begun`: half of its time is left for the host.
inline std::chrono::steady_clock::time_point load_wait_end(
    std::chrono::steady_clock::time_point now, std::chrono::steady_clock::time_point deadline,
    std::chrono::steady_clock::time_point begun) noexcept {
  return std::min(begun + max_load_wait, now + (deadline - now) / 2);
}

}  // namespace midas::internal
