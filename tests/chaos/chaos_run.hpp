// A chaos run: a token service and a simulated host, a storm and a calm after another, and the
// histories of them.
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

/// A history, and what it has to be judged by on this machine.
struct judged_history {
  history what{};
  history_bounds bounds{};
  /// Everybody was answered. Otherwise there may be threads that will never return.
  bool all_answered = true;
};

class chaos_run {
 public:
  explicit chaos_run(std::uint64_t seed);
  chaos_run(const chaos_run&) = delete;
  chaos_run& operator=(const chaos_run&) = delete;
  ~chaos_run();

  judged_history run(const chaos_cycle& cycle);

  /// Shuts the service down while it is being asked and the host hangs. To be called last.
  judged_history shut_down();

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace midas::internal::chaos
