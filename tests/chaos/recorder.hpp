// Records the requests of the callers and their answers.
#pragma once

#include "tests/chaos/chaos_plan.hpp"
#include "tests/chaos/history.hpp"
#include <midas/access_token.hpp>

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

namespace midas::internal::chaos {

/// Thread-safe.
class recorder {
 public:
  /// Announces calls that wait_until_answered() waits for.
  void expect(std::size_t calls);
  /// To be called immediately before the call. Returns the id of the request.
  std::uint64_t request_started(const planned_call& call);
  /// The same for a call that is in no plan. Sets the id and the times of `request`; it must be
  /// answered before wait_until_answered() returns true.
  std::uint64_t request_started(caller_request request, std::chrono::nanoseconds timeout);
  /// To be called immediately before requesting the stop.
  void request_cancelled(std::uint64_t id);
  void request_answered(std::uint64_t id, const expected<access_token>& outcome);

  /// Returns true once all expected calls have been answered, false if they have not by `latest`.
  [[nodiscard]] bool wait_until_answered(time_point latest) const;

  /// Moves the records since the last call of take() into the history.
  void take(history& into);

 private:
  std::uint64_t add(caller_request request, std::chrono::nanoseconds timeout);

  mutable std::mutex mutex_;
  mutable std::condition_variable all_answered_;
  // The id of the first request in requests_; the others follow consecutively.
  std::uint64_t first_ = 1;
  std::vector<caller_request> requests_;
  std::vector<std::uint64_t> answered_again_;
  // Number of expected calls without an answer.
  std::size_t open_ = 0;
};

}  // namespace midas::internal::chaos
