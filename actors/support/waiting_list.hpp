// The callers that wait for one acquisition, by deadline.
#pragma once

#include "actors/support/service_counters.hpp"
#include "actors/support/waiter.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

namespace midas::internal {

/// Answers are counted in `counters` before they are delivered. Used by the acquisition actor only.
class waiting_list {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// `takes_published`: a token that another acquisition has published answers the caller, too.
  void add(time_point deadline, waiter&& caller, bool takes_published) {
    // Made in place: each move of a waiter costs as much as the rest.
    waiters_.emplace(std::piecewise_construct, std::forward_as_tuple(deadline),
                     std::forward_as_tuple(std::move(caller), takes_published));
  }

  [[nodiscard]] bool empty() const noexcept { return waiters_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return waiters_.size(); }

  /// True if a waiter is left that was not canceled.
  [[nodiscard]] bool has_callers() const {
    return std::ranges::any_of(waiters_,
                               [](const auto& item) { return !item.second.caller.answered(); });
  }

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
      it->second.caller.answer(failure);
    }
  }

  /// Removes the waiters that were canceled.
  void remove_canceled() {
    std::erase_if(waiters_, [](const auto& item) { return item.second.caller.answered(); });
  }

  /// Removes the waiters that were canceled, and answers those that take the token that
  /// `find_published` finds, and those whose deadline has passed. True if there were any.
  template <class Find>
  bool expire(time_point now, const error& failure, service_counters& counters,
              Find find_published) {
    const auto before = size();
    remove_canceled();
    if (std::ranges::any_of(waiters_,
                            [](const auto& item) { return item.second.takes_published; })) {
      if (const auto token = find_published()) {
        answer_published(*token, counters);
      }
    }
    answer_until(now, failure, counters);
    return size() != before;
  }

  void answer_all(const error& failure, service_counters& counters) {
    answer_until(time_point::max(), failure, counters);
  }

  void answer_all(const access_token& token, service_counters& counters) {
    counters.add(counters.tokens, size());
    const caf_compat::shared_answer answer{token};
    for (auto& item : std::exchange(waiters_, {})) {
      item.second.caller.answer(token, answer);
    }
  }

 private:
  void answer_published(const access_token& token, service_counters& counters) {
    const caf_compat::shared_answer answer{token};
    for (auto it = waiters_.begin(); it != waiters_.end();) {
      if (it->second.takes_published) {
        counters.add(counters.tokens);
        it->second.caller.answer(token, answer);
        it = waiters_.erase(it);
      } else {
        ++it;
      }
    }
  }

  struct entry {
    entry(waiter&& from, bool takes) noexcept : caller(std::move(from)), takes_published(takes) {}

    waiter caller;
    bool takes_published;
  };

  std::multimap<time_point, entry> waiters_;
};

}  // namespace midas::internal
