// A chaos run: a token service and a simulated host that go through the cycles of a plan, and the
// history of each cycle.
#pragma once

#include "tests/chaos/chaos_plan.hpp"
#include "tests/chaos/history.hpp"
#include "tests/chaos/history_checker.hpp"
#include <midas/actors.hpp>
#include <midas/simulated_host.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

namespace midas::internal::chaos {

/// A history, and the bounds to check it against on this machine.
struct judged_history {
  history observed{};
  history_bounds bounds{};
  /// If false, some requests were not answered, and their threads may never return.
  bool all_answered = true;
};

class chaos_run {
 public:
  explicit chaos_run(std::uint64_t seed);
  chaos_run(const chaos_run&) = delete;
  chaos_run& operator=(const chaos_run&) = delete;
  ~chaos_run();

  judged_history run(const chaos_cycle& cycle);

  /// Shuts the service down while callers request tokens and the host hangs. Must be the last call.
  judged_history shut_down();

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace midas::internal::chaos
