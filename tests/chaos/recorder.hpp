// Notes what callers ask and are told.
#pragma once

#include "tests/chaos/chaos_plan.hpp"
#include "tests/chaos/history.hpp"
#include <midas/access_token.hpp>

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

namespace midas::internal::chaos {

/// All functions may be called from any thread.
class recorder {
 public:
  /// That so many calls will be made, and have to be answered.
  void expect(std::size_t calls);
  /// To be called right before the call itself. Returns its id.
  std::uint64_t asked(const planned_call& call);
  /// Before the stop is asked for.
  void cancelled(std::uint64_t id);
  void answered(std::uint64_t id, const expected<access_token>& outcome);

  /// Whether all calls that were expected were made and answered by then.
  [[nodiscard]] bool wait_until_answered(time_point latest) const;

  /// Moves what was noted since the last time into the history.
  void take(history& into);

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable all_answered_;
  // The ids of the requests are one after another, from this on.
  std::uint64_t first_ = 1;
  std::vector<caller_request> requests_;
  std::vector<std::uint64_t> answered_again_;
  // Calls that were expected and have not been answered.
  std::size_t open_ = 0;
};

}  // namespace midas::internal::chaos
