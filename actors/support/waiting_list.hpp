// The callers that wait for one acquisition, by deadline.
#pragma once

#include "actors/support/service_counters.hpp"
#include "actors/support/waiter.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <utility>

namespace midas::internal {

/// Answers are counted in `counters` before they are delivered. Used by the acquisition actor only.
class waiting_list {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  void add(time_point deadline, waiter&& caller) { waiters_.emplace(deadline, std::move(caller)); }

  [[nodiscard]] bool empty() const noexcept { return waiters_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return waiters_.size(); }

  /// Empty without waiters.
  [[nodiscard]] std::optional<time_point> first_deadline() const {
    return empty() ? std::nullopt : std::optional{waiters_.begin()->first};
  }
  [[nodiscard]] std::optional<time_point> last_deadline() const {
    return empty() ? std::nullopt : std::optional{waiters_.rbegin()->first};
  }

  /// Answers the waiters whose deadline is not after `last`.
  void answer_until(time_point last, const error& failure, service_counters& counters) {
    const auto end = waiters_.upper_bound(last);
    for (auto it = waiters_.begin(); it != end; it = waiters_.erase(it)) {
      counters.add(counters.errors);
      it->second.answer(failure);
    }
  }

  /// Removes the waiters that were canceled.
  void remove_canceled() {
    std::erase_if(waiters_, [](const auto& item) { return item.second.answered(); });
  }

  /// Answers the waiters whose deadline has passed, and removes those that were canceled. True if
  /// there were any.
  bool expire(time_point now, const error& failure, service_counters& counters) {
    const auto before = size();
    answer_until(now, failure, counters);
    remove_canceled();
    return size() != before;
  }

  void answer_all(const error& failure, service_counters& counters) {
    answer_until(time_point::max(), failure, counters);
  }

  void answer_all(const access_token& token, service_counters& counters) {
    counters.add(counters.tokens, size());
    const caf_compat::shared_answer answer{token};
    for (auto& item : std::exchange(waiters_, {})) {
      item.second.answer(token, answer);
    }
  }

 private:
  std::multimap<time_point, waiter> waiters_;
};

}  // namespace midas::internal
