// The counters and events of one acquisition actor.
#pragma once

#include "actors/policies/acquisition_actions.hpp"
#include "actors/support/service_context.hpp"
#include "messages/actor_messages.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace midas::internal {

/// One function for each thing that happens. Requests that join an acquisition are only counted,
/// since there may be thousands: too many for an event each. Not thread-safe.
class acquisition_report {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  acquisition_report() = default;
  acquisition_report(std::shared_ptr<const service_context> service,
                     std::shared_ptr<const acquisition_key> key)
      : service_(std::move(service)), key_(std::move(key)) {}

  [[nodiscard]] service_counters& counters() const { return *service_->counters; }

  void refused() const { counters().add(counters().errors); }

  void found_published() const {
    counters().add(counters().tokens);
    counters().add(counters().cache_hits);
  }

  void joined() {
    ++joined_;
    counters().add(counters().coalesced);
  }

  void started(const report_start& start, time_point now) {
    started_at_ = now;
    joined_ = 0;
    counters().add(counters().acquisitions);
    counters().add(counters().refreshes, start.in_background ? 1 : 0);
    emit([&] { return acquisition_started{key(), start.in_background}; });
  }

  /// The acquisition may have ended since it was found to wait.
  void waiting(time_point now, std::size_t waiters, wait_reason reason) const {
    if (started_at_) {
      emit([&] {
        return acquisition_waiting{key(), now - *started_at_, waiters, joined_, reason};
      });
    }
  }

  void paused(const pause_until& pause, time_point now) const {
    counters().add(counters().retries);
    emit([&] { return acquisition_retried{key(), pause.failure, pause.at - now}; });
  }

  void succeeded(const publish_token& granted, const access_token& token, time_point now,
                 std::size_t waiters) {
    started_at_.reset();
    emit([&] {
      return acquisition_succeeded{key(), token.expires_on(), now - granted.started_at, waiters,
                                   joined_};
    });
    if (token.claims_not_passed_on()) {
      emit([&] { return claims_not_passed_on{key()}; });
    }
    if (granted.refreshing) {
      emit([&] { return refresh_done{key(), granted.is_new}; });
    }
    refresh_planned(granted.validity.refresh_at - granted.at.boot);
  }

  /// `callers` were or will be answered with a failure.
  void failed(const report_failure& failed, time_point now, std::size_t callers) {
    started_at_.reset();
    emit([&] {
      return acquisition_failed{key(), failed.failure, now - failed.started_at, callers, joined_};
    });
    if (failed.next_refresh) {
      emit([&] { return refresh_done{key(), false}; });
      refresh_planned(*failed.next_refresh);
    }
  }

 private:
  void refresh_planned(std::chrono::nanoseconds delay) const {
    emit([&] { return refresh_scheduled{key(), delay}; });
  }

  template <class Make>
  void emit(Make make) const {
    service_->observers->emit(make);
  }

  [[nodiscard]] const token_key& key() const { return key_->token; }

  std::shared_ptr<const service_context> service_;
  std::shared_ptr<const acquisition_key> key_;
  // Of the acquisition in progress.
  std::optional<time_point> started_at_{};
  std::size_t joined_ = 0;
};

}  // namespace midas::internal
