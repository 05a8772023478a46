// Which request goes to the host next, and when. Pure: time is an argument.
#pragma once

#include "actors/policies/rate_limit.hpp"

#include <chrono>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace midas::internal {

/// Requests wait in order of their deadlines until the host's limits admit them. Not thread-safe.
template <class Request>
class admission_queue {
 public:
  using time_point = rate_limit::time_point;

  explicit admission_queue(host_limits limits) : limit_(limits) {}

  /// The host's limits; an admitted request counts as in flight until limit().end().
  [[nodiscard]] rate_limit& limit() noexcept { return limit_; }

  /// The time until a request with that deadline would be admitted; empty if it would be admitted
  /// before the deadline.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> wait_beyond(time_point deadline,
                                                                    time_point now) {
    const auto ahead = std::distance(waiting_.begin(), waiting_.upper_bound(deadline));
    const auto admitted_at = limit_.earliest_admission(static_cast<std::size_t>(ahead), now);
    return admitted_at > deadline ? std::optional{admitted_at - now} : std::nullopt;
  }

  void add(time_point deadline, Request request) { waiting_.emplace(deadline, std::move(request)); }

  struct rejection {
    Request request;
    /// The time until it would be admitted.
    std::chrono::nanoseconds wait{};
  };

  /// Takes the requests that would be admitted too late: requests with earlier deadlines, or lower
  /// limits, have delayed them since they were added.
  [[nodiscard]] std::vector<rejection> take_late(time_point now) {
    std::vector<rejection> result;
    std::size_t ahead = 0;
    for (auto at = waiting_.begin(); at != waiting_.end();) {
      const auto admitted_at = limit_.earliest_admission(ahead, now);
      if (admitted_at <= at->first) {
        ++ahead;
        ++at;
        continue;
      }
      result.push_back({std::move(at->second), admitted_at - now});
      at = waiting_.erase(at);
    }
    return result;
  }

  /// When the first request is admitted; time_point::max() if there is none, or if a request in
  /// flight must end first.
  [[nodiscard]] time_point next_admission(time_point now) {
    return waiting_.empty() ? time_point::max() : limit_.next_admission(now);
  }

  /// Takes the first request, which next_admission() admits at `now`.
  [[nodiscard]] Request admit(time_point now) {
    limit_.begin(now);
    return std::move(waiting_.extract(waiting_.begin()).mapped());
  }

  /// Takes the first request for which `matches` is true.
  template <class Predicate>
  [[nodiscard]] std::optional<Request> take(Predicate matches) {
    for (auto at = waiting_.begin(); at != waiting_.end(); ++at) {
      if (matches(at->second)) {
        return std::move(waiting_.extract(at).mapped());
      }
    }
    return std::nullopt;
  }

  /// Takes all requests.
  [[nodiscard]] std::multimap<time_point, Request> take_all() {
    return std::exchange(waiting_, {});
  }

 private:
  rate_limit limit_;
  std::multimap<time_point, Request> waiting_;
};

}  // namespace midas::internal
