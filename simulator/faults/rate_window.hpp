// A limit on what is admitted in any one second.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace midas::internal::simulator {

/// Exact: no second, wherever it begins, holds more than `limit` admitted arrivals. What is refused
/// does not count. Admission costs no memory after construction.
class rate_window {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// 0 admits everything.
  explicit rate_window(std::size_t limit);

  /// Whether one that arrives now is within the limit; if so, it counts. Times must not decrease.
  bool admit(time_point now);

 private:
  std::size_t limit_;
  /// The newest `limit` admissions. oldest_ is where the next one goes once there are so many.
  std::vector<time_point> admitted_;
  std::size_t oldest_ = 0;
};

}  // namespace midas::internal::simulator
