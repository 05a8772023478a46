// Converts a timeout to a deadline.
#pragma once

#include "messages/make_error.hpp"

#include <algorithm>
#include <chrono>

namespace midas::internal {

/// `now + timeout`. Timeouts above a year are cut to a year, so that nanoseconds::max() does not
/// overflow.
inline std::chrono::steady_clock::time_point deadline_after(
    std::chrono::steady_clock::time_point now, std::chrono::nanoseconds timeout) noexcept {
  constexpr std::chrono::nanoseconds year = std::chrono::hours{24 * 365};
  return now + std::min(timeout, year);
}

/// The error of a timeout that is zero or negative.
inline error invalid_timeout_error() {
  return make_error(errc::invalid_timeout, "the timeout must be positive",
                    "Pass the time that the caller can wait");
}

}  // namespace midas::internal
