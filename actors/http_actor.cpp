#include "actors/http_actor.hpp"

#include "actors/policies/admission_queue.hpp"
#include "actors/support/actor_lifetime.hpp"
#include "actors/support/completion_queue.hpp"
#include "actors/support/host_report.hpp"
#include "actors/support/open_requests.hpp"
#include "messages/make_error.hpp"

#include <algorithm>
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
    queue.emplace(service->options.max_cold_keys_per_lane);
    lifetime.begin<http_actor>(self, std::move(alive), [this] { answer_all(lifetime.end()); });
  }

  http_actor::behavior_type make_behavior() {
    return {
        [this](http_request& request) { return serve(std::move(request)); },
        [this](withdraw_request withdrawn) { withdraw(withdrawn.ticket); },
        [this](hasten_request hastened) { hasten(hastened.ticket, hastened.deadline); },
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
    auto promise = self->make_response_promise<http_response>();
    const auto asked = open.next(request);
    if (auto refused = refusal_of(asked)) {
      promise.deliver(*std::move(refused));
    } else {
      open.add(std::move(request), promise);
      queue->add(asked, now());
      admit();
    }
    return promise;
  }

  // An error for a request that cannot be sent before its deadline.
  std::optional<caf::error> refusal_of(const admission_queue::request& asked) {
    if (lifetime.ending()) {
      return to_caf_error(lifetime.end());
    }
    if (!queue->has_room(asked)) {
      return to_caf_error(lane_is_full(asked.lane, service->options.max_cold_keys_per_lane));
    }
    const auto budget = report.open();
    const auto at = now();
    const auto wait = queue->wait_beyond(asked, *budget, at);
    return wait ? std::optional{to_caf_error(
                      refusal({asked.id, asked.deadline, *wait}, *budget, load(), at))}
                : std::nullopt;
  }

  void withdraw(std::uint64_t ticket) {
    auto withdrawn = open.take_ticket(ticket);
    if (!withdrawn) {
      return;
    }
    queue->remove(withdrawn->id);
    if (withdrawn->place) {
      report.given_up(withdrawn->key, now() - withdrawn->place->since, now());
      withdrawn->cancel(*transport);
    }
    withdrawn->answer(fail(errc::cancelled, "nobody waits for the request any more"));
    admit();
  }

  void hasten(std::uint64_t ticket, time_point deadline) {
    const auto id = open.find_ticket(ticket);
    if (id && queue->hasten(*id, deadline, now())) {
      admit();
    }
  }

  void take_completions() {
    completions->take(completed);
    for (auto& completion : completed) {
      if (auto ended = open.take(completion.id)) {
        queue->remove(completion.id);
        report.ended(completion.outcome, ended->key, now());
        ended->answer(std::move(completion.outcome));
      }
    }
    if (service->observers->any()) {
      report.note_connections(transport->statistics().connections_opened);
    }
    admit();
  }

  // Called after each event.
  void admit() {
    const auto at = now();
    refuse_late(at);
    report.note_recovery(at);
    while (const auto id = queue->admit(*report.open(), at)) {
      send(open.at(*id), at);
    }
    const auto next = std::min(queue->next_admission(*report.open(), at), queue->next_late(at));
    if (next < wake_at) {
      wake_at = next;
      caf_compat::send_to_self_after(self, next - at, admission_due{});
    }
  }

  void refuse_late(time_point at) {
    const auto budget = report.open();
    const auto late = queue->take_late(*budget, at);
    if (late.empty()) {
      return;
    }
    const auto others = load();
    for (const auto& each : late) {
      open.take(each.id)->promise.deliver(to_caf_error(refusal(each, *budget, others, at)));
    }
  }

  void send(open_request& admitted, time_point at) {
    auto request = open.begin(admitted, at);
    auto done = [to = http_actor{self}, queue = completions, id = admitted.id,
                 proofs = proofs_of(request),
                 sent = service->table->next_attempt()](expected<http_response> outcome) {
      if (outcome) {
        outcome->proofs = proofs;
        outcome->sent = sent;
      }
      if (queue->push(id, std::move(outcome))) {
        caf_compat::anonymous_send(to, completions_due{});
      }
    };
    // If the transport throws, the request is still answered.
    admitted.exchange = transport->start(std::move(request), std::move(done));
  }

  void answer_all(const error& reason) {
    for (auto& request : open.take_all()) {
      queue->remove(request.id);
      request.cancel(*transport);
      request.answer(unexpected{reason});
    }
  }

  [[nodiscard]] host_load load() const { return {open.places(), queue->waiting()}; }
  [[nodiscard]] time_point now() const { return caf_compat::now(self); }

  http_actor::pointer self;
  std::shared_ptr<const service_context> service;
  actor_lifetime lifetime;
  std::shared_ptr<http_transport> transport;
  host_report report;
  std::optional<admission_queue> queue;
  open_requests open;
  std::shared_ptr<completion_queue> completions = std::make_shared<completion_queue>();
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
