#include "actors/http_actor.hpp"

#include "actors/policies/admission_queue.hpp"
#include "actors/support/actor_lifetime.hpp"
#include "actors/support/exchange_relay.hpp"
#include "actors/support/host_report.hpp"
#include "actors/support/open_requests.hpp"
#include "messages/make_error.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace midas::internal {

namespace {

struct http_state {
  using time_point = std::chrono::steady_clock::time_point;

  static inline const char* name = "midas.http";

  explicit http_state(http_actor::pointer actor) : self(actor) {}
  http_state(const http_state&) = delete;
  http_state& operator=(const http_state&) = delete;
  ~http_state() { answer_all(end_error(caf::exit_reason::kill)); }

  void start(gate::holder alive, const http_settings& settings) {
    service = settings.service;
    transport = settings.transport;
    report = {settings.service, settings.limits};
    relay = std::make_shared<exchange_relay>(*transport, service->table, service->refreshes,
                                             http_actor{self});
    open.emplace(*service);
    lifetime.begin<http_actor>(self, std::move(alive), [this] { answer_all(lifetime.end()); });
  }

  http_actor::behavior_type make_behavior() {
    return {
        [this](http_request& request) -> caf::result<http_response> {
          return serve(std::move(request));
        },
        [this](withdraw_request withdrawn) { withdraw(withdrawn.ticket); },
        [this](hasten_request hastened) { hasten(hastened.ticket, hastened.deadline); },
        [this](wait_query query) { return open->wait_of(query.ticket, *report.open(), now()); },
        [this](unusable_answer) {
          report.found_unusable(now());
          admit();
        },
        [this](completions_due) { take_completions(); },
        [this](admission_due) {
          wake_at = now() >= wake_at ? time_point::max() : wake_at;
          admit();
        },
        [this](drain_done) { lifetime.quit(self); },
    };
  }

  caf_compat::promise<http_response> serve(http_request request) {
    auto promise = caf_compat::make_promise<http_response>(self);
    if (auto refused = refusal_of(open->next(request))) {
      promise.deliver(*std::move(refused));
    } else {
      const bool is_refresh = request.purpose == request_purpose::refresh;
      open->add(std::move(request), promise, now());
      if (!is_refresh && open->queue().waiting_refreshes() != 0) {
        // A caller does not wait for the refreshes that were chosen before it came.
        relay->set_next({});
      }
      admit();
    }
    return promise;
  }

  // An error for a request that cannot be sent before its deadline.
  std::optional<caf::error> refusal_of(const admission_queue::request& asked) {
    if (lifetime.ending()) {
      return to_caf_error(lifetime.end());
    }
    if (!open->queue().has_room(asked)) {
      return to_caf_error(lane_is_full(asked.lane, service->options.max_cold_keys_per_lane));
    }
    const auto budget = report.open();
    const auto at = now();
    const auto wait = open->queue().wait_beyond(asked, *budget, at);
    return wait ? std::optional{to_caf_error(
                      refusal({asked.id, asked.deadline, *wait}, *budget, open->load(), at))}
                : std::nullopt;
  }

  void withdraw(std::uint64_t ticket) {
    const auto id = open->find_ticket(ticket);
    if (!id || !relay->cancel(*open->at(*id).exchange)) {
      return;
    }
    auto withdrawn = open->take(*id);
    if (withdrawn->slot) {
      report.given_up(withdrawn->key, *withdrawn->slot, now());
    }
    withdrawn->answer(fail(errc::cancelled, "no caller waits for the request any more"));
    admit();
  }

  void hasten(std::uint64_t ticket, time_point deadline) {
    const auto id = open->find_ticket(ticket);
    const auto moved = id ? open->queue().hasten(*id, deadline, now()) : std::nullopt;
    if (moved) {
      relay->set_deadline(*open->at(*id).exchange, *moved);
      admit();
    }
  }

  void take_completions() {
    relay->take(completed);
    for (auto& completion : completed) {
      open->note_begun(completion.id, *report.open(), now());
      if (auto ended = open->take(completion.id)) {
        report.ended(completion.outcome, ended->key, ended->slot, now());
        ended->answer(std::move(completion.outcome));
      }
      if (completion.successor) {
        open->note_begun(*completion.successor, *report.open(), now());
      }
    }
    report.note_connections(*transport);
    admit();
  }

  // Called after each event.
  void admit() {
    const auto at = now();
    if (!service->refreshes->load(std::memory_order_relaxed)) {
      open->queue().hold_refreshes();
    }
    refuse_late(at);
    report.note_recovery(at);
    while (const auto admitted = open->admit(*report.open(), at)) {
      // If the transport throws, the request is still answered.
      relay->begin(admitted);
    }
    open->choose_successors(*relay, report.open()->passes_slots_on(at), at);
    report.note_queued(open->queue().waiting());
    const auto next = open->queue().next_change(*report.open(), at);
    if (next < wake_at) {
      wake_at = next;
      caf_compat::send_to_self_after(self, next - at, admission_due{});
    }
  }

  void refuse_late(time_point at) {
    const auto budget = report.open();
    const auto late = open->queue().take_late(*budget, at);
    if (late.empty()) {
      return;
    }
    const auto others = open->load();
    for (const auto& each : late) {
      auto refused = open->take(each.id);
      relay->cancel(*refused->exchange);
      refused->promise.deliver(to_caf_error(refusal(each, *budget, others, at)));
    }
  }

  void answer_all(const error& reason) {
    if (!open) {
      return;
    }
    for (auto& request : open->take_all()) {
      relay->cancel(*request.exchange);
      request.answer(unexpected{reason});
    }
    report.note_queued(0);
  }

  [[nodiscard]] time_point now() const { return caf_compat::now(self); }

  http_actor::pointer self;
  std::shared_ptr<const service_context> service;
  actor_lifetime lifetime;
  std::shared_ptr<http_transport> transport;
  host_report report;
  std::optional<open_requests> open;
  std::shared_ptr<exchange_relay> relay;
  std::vector<completion_queue::completion> completed;
  // When the earliest admission_due arrives.
  time_point wake_at = time_point::max();
};

}  // namespace

http_actor spawn_http(caf::actor_system& system, http_settings settings) {
  auto alive = settings.service->live_actors->enter();
  return caf_compat::spawn<http_actor, http_state>(system, std::move(alive), std::move(settings));
}

}  // namespace midas::internal
