// Checks whether the history of a token service is correct. Pure.
#pragma once

#include "tests/chaos/history.hpp"
#include <midas/host_limits.hpp>

#include <chrono>
#include <cstddef>
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
  /// The shortest pause between a transient failure and the next exchange for the same key.
  std::chrono::nanoseconds pace{std::chrono::seconds{1}};
  /// While everything fails for this long, over all keys at most that many exchanges may begin.
  std::chrono::nanoseconds outage{std::chrono::seconds{5}};
  std::size_t max_in_outage = 40;
  /// A request to a host without faults waits at most this long until an exchange for its key
  /// begins.
  std::chrono::nanoseconds share{std::chrono::seconds{2}};
  /// token_service_options::max_keys.
  std::size_t max_keys = 10'000;
};

/// A violation of a rule that holds for rude callers.
struct named_violation {
  /// "pace", "outage", "share", "shutdown", "newest" or "keys".
  std::string rule{};
  std::string text{};
};

/// Returns a message for each violation. Empty if the history is correct.
[[nodiscard]] std::vector<std::string> check(const history& observed, const history_bounds& bounds);

/// The same for the rules that polite callers cannot violate.
[[nodiscard]] std::vector<named_violation> check_rude(const history& observed,
                                                      const history_bounds& bounds);

}  // namespace midas::internal::chaos
