// A limit on the requests admitted in any one second.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace midas::internal::simulator {

/// An exact sliding window: no second, wherever it begins, contains more than `limit` admitted
/// requests. Refused requests do not count. Does not allocate after construction.
class rate_window {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// 0 means no limit.
  explicit rate_window(std::size_t limit);

  /// Whether a request that arrives at `now` is within the limit; if so, counts it. Times must not
  /// decrease.
  bool admit(time_point now);

 private:
  std::size_t limit_;
  /// A ring buffer of the newest `limit` admissions. Once it is full, the next admission replaces
  /// the one at oldest_.
  std::vector<time_point> admitted_;
  std::size_t oldest_ = 0;
};

}  // namespace midas::internal::simulator
