// The budget of a service's host, which outlives the HTTP actor that uses it.
#pragma once

#include "actors/policies/host_budget.hpp"

#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

namespace midas::internal {

/// An HTTP actor that replaces another keeps the history of the requests that were sent, the pauses
/// and the lowered limits. Thread-safe: for a moment, the one that ends and its replacement may use
/// the budget at the same time.
class shared_budget {
 public:
  /// Exclusive access; must be short.
  class access {
   public:
    /// False if another actor has taken the budget over: what ends now is not in flight any more.
    [[nodiscard]] bool is_user() const noexcept { return is_user_; }

    host_budget& operator*() const noexcept { return *budget_; }
    host_budget* operator->() const noexcept { return budget_; }

   private:
    friend class shared_budget;
    access(std::unique_lock<std::mutex> lock, host_budget& budget, bool is_user)
        : lock_(std::move(lock)), budget_(&budget), is_user_(is_user) {}

    std::unique_lock<std::mutex> lock_;
    host_budget* budget_;
    bool is_user_;
  };

  /// Begins the use by another actor, whose number is returned. `limits` are those of the service;
  /// they apply from the first use on. The requests of the previous user are no longer in flight.
  std::uint64_t take_over(const host_limits& limits) {
    const std::lock_guard lock{mutex_};
    if (budget_) {
      budget_->end_all();
    } else {
      budget_.emplace(limits);
    }
    return ++user_;
  }

  /// Access by the actor that got that number from take_over().
  [[nodiscard]] access open(std::uint64_t user) {
    std::unique_lock lock{mutex_};
    return {std::move(lock), *budget_, user == user_};
  }

  /// The end of the pause after a 429; empty if there is none at `now`.
  [[nodiscard]] std::optional<host_budget::time_point> throttled_until(
      host_budget::time_point now) {
    const std::lock_guard lock{mutex_};
    return budget_ && budget_->throttled_until() > now ? std::optional{budget_->throttled_until()}
                                                       : std::nullopt;
  }

  /// See host_budget::paused_since().
  [[nodiscard]] std::optional<known_failure> paused_since(host_budget::time_point since,
                                                          host_budget::time_point now) {
    const std::lock_guard lock{mutex_};
    return budget_ ? budget_->paused_since(since, now) : std::nullopt;
  }

  /// The number of a connection that no event has reported, of those that the service has opened.
  [[nodiscard]] std::optional<std::uint64_t> take_unreported_connection(std::uint64_t opened) {
    const std::lock_guard lock{mutex_};
    return connections_ < opened ? std::optional{++connections_} : std::nullopt;
  }

 private:
  std::mutex mutex_;
  std::optional<host_budget> budget_;
  std::uint64_t connections_ = 0;
  std::uint64_t user_ = 0;
};

}  // namespace midas::internal
