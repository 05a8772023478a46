#include "actors/acquisition_actor.hpp"

#include "actors/policies/acquisition_fsm.hpp"
#include "actors/support/acquisition_parts.hpp"
#include "actors/support/actor_lifetime.hpp"

#include <utility>
#include <variant>

namespace midas::internal {

namespace {

struct acquisition_state : acquisition_parts {
  static inline const char* name = "midas.acquisition";

  explicit acquisition_state(acquisition_actor::pointer actor) : self(actor) {}

  void start(gate::holder alive, acquisition_settings given) {
    settings = std::move(given);
    static_cast<acquisition_parts&>(*this) = {self, settings};
    fsm = make_fsm(settings);
    lifetime.begin<acquisition_actor>(self, std::move(alive),
                                      [this] { perform(fsm.on_exit(lifetime.end())); });
  }

  acquisition_actor::behavior_type make_behavior() {
    return {
        [this](acquisition_request& request) -> caf::result<access_token> {
          auto promise = caf_compat::make_promise<access_token>(self);
          admit(request, waiter{promise});
          return promise;
        },
        [this](acquisition_request& request, token_waiter& caller) {
          admit(request, waiter{std::move(caller)});
        },
        [this](const http_actor& replacement) { http.replace(replacement); },
        [this](deadline_due) { expire(); },
        [this](refresh_due) { refresh(); },
        [this](phase_timer_due due) {
          waiters.remove_canceled();
          perform(fsm.on_timer(due.timer, conditions()));
        },
        [this](wait_report_due due) {
          waits.fire(due, fsm.current_phase(), report, waiters, http);
        },
        [this](idle_query query) {
          if (fsm.is_disposable(published.usable_for(), now(), query.has_to_go)) {
            caf_compat::send(self, settings.cache, idle_report{settings.key, received});
          }
        },
        [this](drain_done) { lifetime.quit(self); },
    };
  }

  void admit(acquisition_request& asked, waiter&& caller) {
    ++received;
    const auto asked_at = now();
    const bool late = asked.deadline <= asked_at && !lifetime.ending();
    if (const auto failure =
            late ? host.deadline_error(asked_at) : fsm.refusal(asked.deadline, asked_at)) {
      report.refused();
      caller.answer(*failure);
    } else if (const auto token = published.find(asked.request, fsm)) {
      // The cache actor forwarded the request before the token was published.
      report.found_published();
      caller.answer(*token, caf_compat::shared_answer{*token});
    } else if (!caller.answered()) {
      waiters.add(asked.deadline, std::move(caller), !asked.request.force_refresh);
      if (fsm.current_phase() == acquisition_fsm::phase::idle) {
        perform(fsm.on_request(std::move(asked.request), asked_at));
      } else {
        report.joined();
        http.add_deadline(asked.deadline);
      }
    }
  }

  // The acquisition continues for the other waiters, and for later requests.
  void expire() {
    const bool left = waiters.expire(now(), host.deadline_error(now()), report.counters(),
                                     [this] { return published.find({}); });
    if (const auto next = waiters.first_deadline()) {
      caf_compat::send(self, settings.cache, deadline_set{settings.key, *next});
    }
    if (left) {
      perform(fsm.on_waiter_left(conditions()));
    }
  }

  void refresh() {
    if (published.is_refresh_due()) {
      perform(fsm.on_refresh_due({.identity = settings.key->token.identity, .resource = resource()},
                                 conditions()));
    } else {
      // Another acquisition has published the token, and may have told an earlier cache actor.
      published.announce_refresh();
    }
  }

  void perform(acquisition_actions actions) {
    for (auto& action : actions) {
      std::visit([this](auto& each) { perform(each); }, action);
    }
  }

  void perform(const report_start& start) { begin_reports(start, now()); }

  void perform(const start_attempt& /*action*/) {
    if (auto encoded = host.encode(fsm.request())) {
      send(*std::move(encoded));
    } else {
      resume(host.not_encoded(std::move(encoded.error())));
    }
  }

  void perform(send_request& next) { send(std::move(next.request)); }

  void perform(const answer_waiters& answer) {
    waiters.answer_until(answer.deadline, answer.failure, report.counters());
  }

  void perform(const withdraw_attempt& /*action*/) { http.withdraw(); }
  void perform(const end_attempt& /*action*/) { resume(host.withdrawn()); }

  void perform(const set_timer& timer) {
    caf_compat::send_to_self_after(self, timer.at - now(), phase_timer_due{timer.timer});
  }

  void perform(const pause_until& pause) {
    perform(set_timer{pause.at, pause.timer});
    report.paused(pause, now());
  }

  void perform(publish_token& granted) {
    access_token token{std::move(granted.grant), token_source::identity_provider};
    failures.clear();
    // Published first, so that a caller finds the token published once it has been answered.
    published.publish(token, granted, waiters.has_callers());
    report.succeeded(granted, token, now(), waiters.size());
    waiters.answer_all(token, report.counters());
  }

  void perform(const report_failure& failed) {
    if (failed.next_refresh) {
      published.postpone_refresh(*failed.next_refresh);
    }
    report.failed(failed, now(), waiters.take_failed() + waiters.size());
    waiters.answer_all(failed.failure, report.counters());
  }

  void send(http_request request) {
    const auto at = conditions();
    host.complete(request, fsm, at);
    const auto deadline = waiters.first_deadline().value_or(request.deadline);
    http.send(
        std::move(request), deadline,
        [this](http_response& response) {
          if (!lifetime.ending()) {
            published.answered(response.sent);
            resume(host.read(fsm.request(), std::move(response), fsm.leg()));
          }
        },
        [this](const caf::error& failure) { resume(host.read(failure, now())); });
  }

  void resume(attempt_result result) {
    if (has_failed(result)) {
      waiters.remove_canceled();
    }
    perform(learn(std::move(result), fsm, conditions()));
  }

  [[nodiscard]] acquisition_fsm::conditions conditions() const {
    return {now(), waiters.last_deadline(), published.usable_for(), settings.service->jitter()};
  }
  [[nodiscard]] acquisition_fsm::time_point now() const { return caf_compat::now(self); }
  [[nodiscard]] const std::string& resource() const { return settings.key->token.resource; }

  acquisition_actor::pointer self;
  actor_lifetime lifetime;
  acquisition_settings settings;
  acquisition_fsm fsm;
  // See idle_report.
  std::size_t received = 0;
};

}  // namespace

acquisition_actor spawn_acquisition(caf::actor_system& system, acquisition_settings settings) {
  auto alive = settings.service->live_actors->enter();
  return caf_compat::spawn<acquisition_actor, acquisition_state>(system, std::move(alive),
                                                                 std::move(settings));
}

}  // namespace midas::internal
