// What an acquisition actor works with.
#pragma once

#include "actors/acquisition_actor.hpp"
#include "actors/support/acquisition_host.hpp"
#include "actors/support/acquisition_report.hpp"
#include "actors/support/http_sender.hpp"
#include "actors/support/published_key.hpp"
#include "actors/support/wait_report.hpp"
#include "actors/support/waiting_list.hpp"

#include <utility>

namespace midas::internal {

/// The outside of one acquisition actor: whatever its state machine does not decide. Used by that
/// actor only.
struct acquisition_parts {
  acquisition_parts() = default;
  acquisition_parts(acquisition_actor::pointer self, const acquisition_settings& settings)
      : host(settings.service, settings.key),
        http(self, settings.http),
        failures(settings.service->failures, settings.key),
        published(self, settings.cache, settings.service, settings.key),
        report(settings.service, settings.key),
        waits(self, settings.service),
        waiters(settings.service->counters) {}

  /// The state machine, with the memory of the actor that ended before this one.
  [[nodiscard]] acquisition_fsm make_fsm(const acquisition_settings& settings) const {
    auto result = host.make_fsm();
    if (const auto& earlier = settings.last_failure) {
      result.remember(earlier->failure, earlier->until);
    }
    return result;
  }

  void begin_reports(const report_start& start, acquisition_fsm::time_point now) {
    waiters.take_failed();
    report.started(start, now);
    waits.begin(now);
  }

  /// Passes the result to the machine, and keeps a failure of the host for the errors of callers
  /// whose deadline passes later.
  acquisition_actions learn(attempt_result result, acquisition_fsm& machine,
                            const acquisition_fsm::conditions& at) {
    if (is_unusable(result)) {
      http.report_unusable();
    }
    const auto failure = failure_of_host(result);
    auto actions = machine.on_result(std::move(result), at);
    if (failure) {
      failures.set({*failure, machine.asked_again_at().value_or(at.now)});
    }
    return actions;
  }

  acquisition_host host;
  http_sender http;
  failure_record failures;
  published_key published;
  acquisition_report report;
  wait_report waits;
  waiting_list waiters;
};

}  // namespace midas::internal
