// The failure that explains why a caller's deadline passed.
#pragma once

#include <midas/error.hpp>

#include <chrono>

namespace midas::internal {

/// A failure after which no token has been granted.
struct known_failure {
  error failure{};
  /// When the host may be asked again; in the past if it may be asked.
  std::chrono::steady_clock::time_point next{};
};

/// The error of a caller whose deadline has passed, with that failure as its reason: the message,
/// and what the host answered. retry_after is the time until `known.next`, if that is not over.
error with_reason(error passed, const known_failure& known,
                  std::chrono::steady_clock::time_point now);

}  // namespace midas::internal
