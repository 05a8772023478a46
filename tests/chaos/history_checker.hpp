// Checks whether the history of a token service is correct. Pure.
#pragma once

#include "tests/chaos/history.hpp"
#include <midas/host_limits.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace midas::internal::chaos {

struct history_bounds {
  /// How late an event may be recorded because the threads that hand it on waited for a processor.
  /// docs/chaos.md derives the value.
  std::chrono::nanoseconds tolerance{std::chrono::milliseconds{250}};
  /// The limits of the host, as configured in the service.
  host_limits limits{};
  /// Requests must be served again this long after the faults ended.
  std::chrono::nanoseconds recovery{std::chrono::seconds{10}};
  /// The timeout from which a request must then get a token, and the time it may take.
  std::chrono::nanoseconds service_time{std::chrono::seconds{3}};
};

/// Returns a message for each violation. Empty if the history is correct.
[[nodiscard]] std::vector<std::string> check(const history& observed, const history_bounds& bounds);

}  // namespace midas::internal::chaos
