// The callers that wait for one acquisition, by deadline.
#pragma once

#include "actors/support/service_counters.hpp"
#include "actors/support/waiter.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

namespace midas::internal {

/// The part of one list in service_counters::waiters. Not thread-safe.
class waiter_gauge {
 public:
  waiter_gauge() = default;
  explicit waiter_gauge(std::shared_ptr<service_counters> counters) noexcept
      : counters_(std::move(counters)) {}
  waiter_gauge(waiter_gauge&& other) noexcept
      : counters_(std::move(other.counters_)), shown_(std::exchange(other.shown_, 0)) {}
  waiter_gauge& operator=(waiter_gauge&& other) noexcept {
    show(0);
    counters_ = std::move(other.counters_);
    shown_ = std::exchange(other.shown_, 0);
    return *this;
  }
  ~waiter_gauge() { show(0); }

  /// The list has this many waiters now.
  void show(std::size_t count) noexcept {
    if (counters_ != nullptr && count != shown_) {
      // Modulo 2^64, so that a smaller number subtracts.
      counters_->add(counters_->waiters, std::uint64_t{count} - std::exchange(shown_, count));
    }
  }

 private:
  std::shared_ptr<service_counters> counters_;
  std::size_t shown_ = 0;
};

/// Answers are counted in `counters` before they are delivered. Used by the acquisition actor only.
class waiting_list {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  waiting_list() = default;
  /// Counts its waiters in `counters->waiters`.
  explicit waiting_list(std::shared_ptr<service_counters> counters) : gauge_(std::move(counters)) {}

  /// `accepts_cached`: a token that another acquisition has published answers the caller, too.
  void add(time_point deadline, waiter&& caller, bool accepts_cached) {
    // Made in place: each move of a waiter costs as much as the rest.
    waiters_.emplace(std::piecewise_construct, std::forward_as_tuple(deadline),
                     std::forward_as_tuple(std::move(caller), accepts_cached));
    gauge_.show(size());
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

  /// The waiters that have been answered with a failure since the last call.
  std::size_t take_failed() noexcept { return std::exchange(failed_, 0); }

  /// Answers the waiters whose deadline is not after `last`.
  void answer_until(time_point last, const error& failure, service_counters& counters) {
    const auto end = waiters_.upper_bound(last);
    for (auto it = waiters_.begin(); it != end; it = waiters_.erase(it)) {
      counters.add(counters.errors);
      ++failed_;
      gauge_.show(size() - 1);
      it->second.caller.answer(failure);
    }
  }

  /// Removes the waiters that were canceled.
  void remove_canceled() {
    std::erase_if(waiters_, [](const auto& item) { return item.second.caller.answered(); });
    gauge_.show(size());
  }

  /// Removes the waiters that were canceled, and answers those that accept the token that
  /// `find_published` finds, and those whose deadline has passed. True if there were any.
  template <class Find>
  bool expire(time_point now, const error& failure, service_counters& counters,
              Find find_published) {
    const auto before = size();
    remove_canceled();
    if (std::ranges::any_of(waiters_,
                            [](const auto& item) { return item.second.accepts_cached; })) {
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
    gauge_.show(0);
    const caf_compat::shared_answer answer{token};
    for (auto& item : std::exchange(waiters_, {})) {
      item.second.caller.answer(token, answer);
    }
  }

 private:
  void answer_published(const access_token& token, service_counters& counters) {
    const caf_compat::shared_answer answer{token};
    for (auto it = waiters_.begin(); it != waiters_.end();) {
      if (it->second.accepts_cached) {
        counters.add(counters.tokens);
        gauge_.show(size() - 1);
        it->second.caller.answer(token, answer);
        it = waiters_.erase(it);
      } else {
        ++it;
      }
    }
  }

  struct entry {
    entry(waiter&& from, bool accepts) noexcept
        : caller(std::move(from)), accepts_cached(accepts) {}

    waiter caller;
    bool accepts_cached;
  };

  std::multimap<time_point, entry> waiters_;
  waiter_gauge gauge_;
  std::size_t failed_ = 0;
};

}  // namespace midas::internal
