#include "actors/acquisition_actor.hpp"

#include "actors/policies/acquisition_fsm.hpp"
#include "actors/support/acquisition_host.hpp"
#include "actors/support/acquisition_report.hpp"
#include "actors/support/actor_lifetime.hpp"
#include "actors/support/published_key.hpp"
#include "actors/support/waiting_list.hpp"

#include <optional>
#include <utility>
#include <variant>

namespace midas::internal {

namespace {

struct acquisition_state {
  static inline const char* name = "midas.acquisition";

  explicit acquisition_state(acquisition_actor::pointer actor) : self(actor) {}

  void start(gate::holder alive, acquisition_settings given) {
    settings = std::move(given);
    host = {settings.service, settings.key};
    published = {settings.service, settings.key};
    report = {settings.service, settings.key};
    fsm = {host.make_retry_policy(), service().options.negative_cache_ttl};
    lifetime.begin<acquisition_actor>(self, std::move(alive),
                                      [this] { perform(fsm.on_exit(lifetime.end())); });
  }

  acquisition_actor::behavior_type make_behavior() {
    return {
        [this](acquisition_request& request) {
          auto promise = self->make_response_promise<access_token>();
          admit(request, waiter{promise});
          return promise;
        },
        [this](acquisition_request& request, token_waiter& caller) {
          admit(request, waiter{std::move(caller)});
        },
        [this](const http_actor& replacement) { settings.http = replacement; },
        [this](deadline_due) { expire(); },
        [this](refresh_due) { refresh(); },
        [this](retry_due due) { perform(fsm.on_retry_due(due.attempt)); },
        [this](idle_query) {
          if (fsm.is_disposable(published.usable_for())) {
            caf_compat::send(self, settings.cache, idle_report{settings.key, received});
          }
        },
        [this](drain_done) { lifetime.quit(self); },
    };
  }

  void admit(acquisition_request& asked, waiter&& caller) {
    ++received;
    const auto asked_at = now();
    if (const auto failure = refusal(asked, asked_at)) {
      report.refused();
      caller.answer(*failure);
      return;
    }
    if (fsm.current_phase() == acquisition_fsm::phase::idle) {
      acquire(asked, std::move(caller));
    } else {
      waiters.add(asked.deadline, std::move(caller));
      report.joined();
    }
  }

  void acquire(acquisition_request& asked, waiter&& caller) {
    // The cache actor may have forwarded the request before the token was published.
    if (const auto token = published.find(asked.request)) {
      report.found_published();
      caller.answer(*token, caf_compat::shared_answer{*token});
      return;
    }
    waiters.add(asked.deadline, std::move(caller));
    perform(fsm.on_request(std::move(asked.request), now()));
  }

  [[nodiscard]] std::optional<error> refusal(const acquisition_request& asked,
                                             acquisition_fsm::time_point at) const {
    if (asked.deadline <= at && !lifetime.ending()) {
      return host.deadline_error(asked.request.resource);
    }
    return fsm.refusal(asked.deadline, at);
  }

  // The acquisition continues for the other waiters, and for later requests.
  void expire() {
    waiters.answer_until(now(), host.deadline_error(key().resource), report.counters());
    if (const auto next = waiters.first_deadline()) {
      caf_compat::send(self, settings.cache, deadline_set{settings.key, *next});
    } else {
      perform(fsm.on_last_waiter_left(conditions()));
    }
  }

  void refresh() {
    if (published.is_refresh_due()) {
      perform(fsm.on_refresh_due({.identity = key().identity, .resource = key().resource}, now()));
    } else {
      // Another acquisition has published the token, and may have told an earlier cache actor.
      caf_compat::send(self, settings.cache, published.planned_refresh());
    }
  }

  void perform(acquisition_actions actions) {
    for (auto& action : actions) {
      std::visit([this](auto& each) { perform(each); }, action);
    }
  }

  void perform(const report_start& start) { report.started(start); }

  void perform(const start_attempt& /*action*/) {
    if (auto encoded = host.encode(fsm.request())) {
      send(*std::move(encoded));
    } else {
      resume(host.failed(std::move(encoded.error())));
    }
  }

  void perform(send_request& next) { send(std::move(next.request)); }

  void perform(const answer_waiters& answer) {
    waiters.answer_until(answer.deadline, answer.failure, report.counters());
  }

  void perform(const pause_until& pause) {
    caf_compat::send_to_self_after(self, pause.at - now(), retry_due{pause.attempt});
    report.paused(pause, now());
  }

  void perform(publish_token& granted) {
    const access_token token{std::move(granted.grant), token_source::identity_provider};
    // Published first, so that a caller finds the token published once it has been answered.
    if (published.publish(token, granted)) {
      caf_compat::send(self, settings.cache, published.planned_refresh());
    }
    report.succeeded(granted, token, now(), waiters.size());
    waiters.answer_all(token, report.counters());
  }

  void perform(const report_failure& failed) {
    if (failed.next_refresh && published.postpone_refresh(*failed.next_refresh)) {
      caf_compat::send(self, settings.cache, published.planned_refresh());
    }
    report.failed(failed, now(), waiters.size());
    waiters.answer_all(failed.failure, report.counters());
  }

  void send(http_request request) {
    host.apply_limits(request);
    request.deadline = waiters.first_deadline().value_or(now() + request.total_timeout);
    caf_compat::request(self, settings.http, std::move(request))
        .then(
            [this](http_response& response) {
              if (!lifetime.ending()) {
                resume(host.read(fsm.request(), std::move(response), fsm.leg()));
              }
            },
            [this](const caf::error& failure) { resume(host.read(failure)); });
  }

  void resume(attempt_result result) { perform(fsm.on_result(std::move(result), conditions())); }

  [[nodiscard]] acquisition_fsm::conditions conditions() const {
    return {now(), waiters.last_deadline(), published.usable_for(), service().jitter()};
  }
  [[nodiscard]] acquisition_fsm::time_point now() const { return caf_compat::now(self); }
  [[nodiscard]] const token_key& key() const { return settings.key->token; }
  [[nodiscard]] const service_context& service() const { return *settings.service; }

  acquisition_actor::pointer self;
  actor_lifetime lifetime;
  acquisition_settings settings;
  acquisition_host host;
  published_key published;
  acquisition_report report;
  acquisition_fsm fsm;
  waiting_list waiters;
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
