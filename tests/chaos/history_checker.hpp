// Whether a history is one that a token service may have. Pure.
#pragma once

#include "tests/chaos/history.hpp"
#include <midas/host_limits.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace midas::internal::chaos {

struct history_bounds {
  /// How much later than it was due a thing may be noted because the threads that hand it on had to
  /// wait for a processor. docs/chaos.md says how much is right.
  std::chrono::nanoseconds tolerance{std::chrono::milliseconds{250}};
  /// What the service was told that the host allows.
  host_limits limits{};
  /// After the faults have ended, requests are served once this has passed.
  std::chrono::nanoseconds recovery{std::chrono::seconds{10}};
  /// A request that can wait this long gets a token then.
  std::chrono::nanoseconds service_time{std::chrono::seconds{3}};
};

/// One text for each violation, which names the request; empty when there is none.
[[nodiscard]] std::vector<std::string> check(const history& what, const history_bounds& bounds);

}  // namespace midas::internal::chaos
