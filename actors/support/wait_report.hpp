// Reports to the observers that an acquisition is still in progress.
#pragma once

#include "actors/policies/acquisition_fsm.hpp"
#include "actors/policies/wait_schedule.hpp"
#include "actors/support/acquisition_report.hpp"
#include "actors/support/http_sender.hpp"
#include "actors/support/service_context.hpp"
#include "actors/support/waiting_list.hpp"
#include "messages/protocols.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace midas::internal {

/// Sets timers only while there are observers. Used by one acquisition actor only.
class wait_report {
 public:
  wait_report() = default;
  wait_report(acquisition_actor::pointer self, std::shared_ptr<const service_context> service)
      : self_(self), service_(std::move(service)) {}

  /// An acquisition has begun.
  void begin(std::chrono::steady_clock::time_point now) {
    if (service_->observers->any()) {
      set_timer(schedule_.begin(now));
    }
  }

  /// Handles wait_report_due. What a request in flight waits for, only the HTTP actor knows.
  void fire(wait_report_due due, acquisition_fsm::phase phase, const acquisition_report& report,
            const waiting_list& waiters, const http_sender& http) {
    const bool is_asking = phase == acquisition_fsm::phase::asking;
    const bool in_progress = is_asking || phase == acquisition_fsm::phase::pausing;
    const auto step = schedule_.fire(due.timer, in_progress && service_->observers->any(), now());
    set_timer(step.next);
    if (!step.reports) {
      return;
    }
    if (is_asking) {
      http.ask_wait_reason([this, &report, &waiters](wait_reason reason) {
        report.waiting(now(), waiters.size(), reason);
      });
    } else {
      report.waiting(now(), waiters.size(), wait_reason::pause);
    }
  }

 private:
  void set_timer(const std::optional<wait_schedule::timer>& timer) {
    if (timer) {
      caf_compat::send_to_self_after(self_, timer->delay, wait_report_due{timer->number});
    }
  }

  [[nodiscard]] std::chrono::steady_clock::time_point now() const { return caf_compat::now(self_); }

  acquisition_actor::pointer self_ = nullptr;
  std::shared_ptr<const service_context> service_;
  wait_schedule schedule_;
};

}  // namespace midas::internal
