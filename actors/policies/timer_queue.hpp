// Who is to be woken, and when. Pure: time is an argument.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace midas::internal {

/// At most one alarm for each. `Who` is hashable and cheap to copy. Not thread-safe.
template <class Who>
class timer_queue {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// In place of the alarm that it may have.
  void set(Who who, time_point at) {
    cancel(who);
    by_who_.emplace(who, by_time_.emplace(at, who));
  }

  void cancel(Who who) {
    if (const auto found = by_who_.find(who); found != by_who_.end()) {
      by_time_.erase(found->second);
      by_who_.erase(found);
    }
  }

  [[nodiscard]] std::optional<time_point> time_of(Who who) const {
    const auto found = by_who_.find(who);
    return found == by_who_.end() ? std::nullopt : std::optional{found->second->first};
  }

  /// The first alarm of all.
  [[nodiscard]] std::optional<time_point> next() const {
    return by_time_.empty() ? std::nullopt : std::optional{by_time_.begin()->first};
  }

  /// Those whose time has come at `now`, the earliest first. They have no alarm any more.
  std::vector<Who> take_due(time_point now) {
    std::vector<Who> due;
    while (!by_time_.empty() && by_time_.begin()->first <= now) {
      due.push_back(by_time_.begin()->second);
      by_who_.erase(due.back());
      by_time_.erase(by_time_.begin());
    }
    return due;
  }

 private:
  using by_time = std::multimap<time_point, Who>;

  by_time by_time_;
  std::unordered_map<Who, typename by_time::iterator> by_who_;
};

}  // namespace midas::internal
