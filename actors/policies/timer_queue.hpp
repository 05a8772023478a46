// Timers, each set for a subject. Pure: time is an argument.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace midas::internal {

/// At most one timer for each subject. Setting and canceling cost a look-up and a step down a tree.
/// Not thread-safe.
template <class Subject>
class timer_queue {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Replaces the subject's timer, if it has one.
  void set(const Subject& subject, time_point at) {
    const auto timer = timers_.try_emplace(subject, by_time_.end()).first;
    if (timer->second != by_time_.end()) {
      by_time_.erase(timer->second);
    }
    // The key of an unordered map stays where it is.
    timer->second = by_time_.emplace(at, &timer->first);
  }

  void cancel(const Subject& subject) {
    if (const auto found = timers_.find(subject); found != timers_.end()) {
      by_time_.erase(found->second);
      timers_.erase(found);
    }
  }

  [[nodiscard]] std::optional<time_point> time_of(const Subject& subject) const {
    const auto found = timers_.find(subject);
    return found == timers_.end() ? std::nullopt : std::optional{found->second->first};
  }

  /// When the earliest timer is due.
  [[nodiscard]] std::optional<time_point> next() const {
    return by_time_.empty() ? std::nullopt : std::optional{by_time_.begin()->first};
  }

  /// Removes the timers that are due at `now`. Returns their subjects, the earliest first.
  std::vector<Subject> take_due(time_point now) {
    std::vector<Subject> due;
    while (!by_time_.empty() && by_time_.begin()->first <= now) {
      auto timer = timers_.extract(*by_time_.begin()->second);
      by_time_.erase(by_time_.begin());
      due.push_back(std::move(timer.key()));
    }
    return due;
  }

 private:
  using times = std::multimap<time_point, const Subject*>;

  times by_time_;
  std::unordered_map<Subject, typename times::iterator> timers_;
};

}  // namespace midas::internal
