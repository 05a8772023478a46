#include "actors/http_actor.hpp"

#include "actors/policies/admission_queue.hpp"
#include "actors/support/actor_lifetime.hpp"
#include "actors/support/completion_queue.hpp"
#include "messages/make_error.hpp"
#include "transport/responses/retry_after.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace midas::internal {

namespace {

struct http_state {
  using reply_promise = caf_compat::promise<http_response>;

  struct waiting_request {
    http_request request;
    reply_promise promise;
  };

  struct exchange {
    reply_promise promise;
    std::uint64_t ticket = 0;
    std::optional<std::uint64_t> transport_id{};
  };

  static inline const char* name = "midas.http";

  explicit http_state(http_actor::pointer actor) : self(actor) {}
  http_state(const http_state&) = delete;
  http_state& operator=(const http_state&) = delete;
  ~http_state() { answer_all(end_error(caf::exit_reason::kill)); }

  void start(gate::holder alive, const http_settings& settings) {
    service = settings.service;
    transport = settings.transport;
    // Without a limit per second, requests wait in the transport instead: it opens no more
    // connections than may be in flight, and starts the next exchange without asking an actor.
    const auto max_in_flight =
        settings.limits.max_per_second != 0 ? settings.limits.max_in_flight : rate_limit::unlimited;
    queue.emplace(host_limits{max_in_flight, settings.limits.max_per_second});
    lifetime.begin<http_actor>(self, std::move(alive), [this] { answer_all(lifetime.end()); });
  }

  http_actor::behavior_type make_behavior() {
    return {
        [this](http_request& request) { return serve(std::move(request)); },
        [this](withdraw_request request) { withdraw(request.ticket); },
        [this](hasten_request request) { hasten(request.ticket, request.deadline); },
        [](unusable_answer) {},
        [this](completions_due) { take_completions(); },
        [this](admission_due) {
          admission_pending = false;
          reject_late();
          admit();
        },
        [this](drain_done) { lifetime.quit(self); },
    };
  }

  reply_promise serve(http_request request) {
    auto promise = self->make_response_promise<http_response>();
    if (lifetime.ending()) {
      promise.deliver(to_caf_error(lifetime.end()));
    } else if (const auto wait = queue->wait_beyond(request.deadline, now())) {
      promise.deliver(to_caf_error(refusal(*wait)));
    } else {
      const auto deadline = request.deadline;
      queue->add(deadline, {std::move(request), promise});
      admit();
    }
    return promise;
  }

  void withdraw(std::uint64_t ticket) {
    const auto reason = make_error(errc::cancelled, "nobody waits for the request any more");
    if (auto waiting = take_waiting(ticket)) {
      deliver(waiting->promise, unexpected{reason});
      return;
    }
    for (auto& [id, exchange] : in_flight) {
      if (exchange.ticket == ticket && exchange.transport_id) {
        // The completion frees the place and answers the request.
        transport->cancel(*exchange.transport_id);
        return;
      }
    }
  }

  void hasten(std::uint64_t ticket, std::chrono::steady_clock::time_point deadline) {
    if (auto waiting = take_waiting(ticket)) {
      waiting->request.deadline = std::min(waiting->request.deadline, deadline);
      const auto at = waiting->request.deadline;
      queue->add(at, *std::move(waiting));
      reject_late();
      admit();
    }
  }

  std::optional<waiting_request> take_waiting(std::uint64_t ticket) {
    return queue->take([ticket](const waiting_request& waiting) {
      return ticket != 0 && waiting.request.ticket == ticket;
    });
  }

  void take_completions() {
    completions->take(completed);
    for (auto& completion : completed) {
      queue->limit().end();
      note_throttling(completion.outcome);
      if (auto node = in_flight.extract(completion.id)) {
        deliver(node.mapped().promise, std::move(completion.outcome));
      }
    }
    emit_connections();
    reject_late();
    admit();
  }

  static not_admitted refusal(std::chrono::nanoseconds wait) {
    return {wait, make_error(errc::host_busy,
                             "the host's limits admit this request only after its deadline",
                             "Allow a longer timeout, or request fewer different tokens at once")};
  }

  void reject_late() {
    for (auto& late : queue->take_late(now())) {
      late.request.promise.deliver(to_caf_error(refusal(late.wait)));
    }
  }

  void admit() {
    for (auto at = now(); queue->next_admission(at) <= at; at = now()) {
      send(queue->admit(at));
    }
    const auto next = queue->next_admission(now());
    if (next != rate_limit::time_point::max() && !admission_pending) {
      admission_pending = true;
      caf_compat::send_to_self_after(self, next - now(), admission_due{});
    }
  }

  // A 429 delays all requests to the host.
  void note_throttling(const expected<http_response>& outcome) {
    if (!outcome || outcome->status != 429) {
      return;
    }
    service->counters->add(service->counters->throttled);
    const auto at = now();
    const auto until =
        queue->limit().throttled(at, read_retry_after(*outcome, service->now().wall));
    service->observers->emit([&] { return host_throttled{until - at}; });
  }

  void emit_connections() {
    if (!service->observers->any()) {
      return;
    }
    const auto opened = transport->statistics().connections_opened;
    while (connections_emitted < opened) {
      service->observers->emit(
          [count = ++connections_emitted] { return connection_opened{count}; });
    }
  }

  void send(waiting_request next) {
    const auto id = ++last_id;
    // Inserted first, so that the request is answered even if the transport throws.
    auto& started =
        in_flight.emplace(id, exchange{std::move(next.promise), next.request.ticket}).first->second;
    auto done = [to = http_actor{self}, queue = completions, id,
                 proofs = proofs_of(next.request)](expected<http_response> outcome) {
      if (outcome) {
        outcome->proofs = proofs;
      }
      if (queue->push(id, std::move(outcome))) {
        caf_compat::anonymous_send(to, completions_due{});
      }
    };
    started.transport_id = transport->start(std::move(next.request), std::move(done));
  }

  static void deliver(reply_promise& promise, expected<http_response> outcome) {
    if (outcome) {
      promise.deliver(*std::move(outcome));
    } else if (outcome.error().code == errc::deadline_exceeded) {
      // Never sent: the request waited in the transport until its deadline. Later waiters may still
      // be served.
      promise.deliver(to_caf_error(not_admitted{}));
    } else {
      promise.deliver(to_caf_error(outcome.error()));
    }
  }

  void answer_all(const error& reason) {
    if (queue) {
      for (auto& item : queue->take_all()) {
        deliver(item.second.promise, unexpected{reason});
      }
    }
    for (auto& item : std::exchange(in_flight, {})) {
      if (item.second.transport_id) {
        transport->cancel(*item.second.transport_id);
      }
      deliver(item.second.promise, unexpected{reason});
    }
  }

  [[nodiscard]] rate_limit::time_point now() const { return caf_compat::now(self); }

  http_actor::pointer self;
  std::shared_ptr<const service_context> service;
  actor_lifetime lifetime;
  std::shared_ptr<http_transport> transport;
  std::optional<admission_queue<waiting_request>> queue;
  std::unordered_map<std::uint64_t, exchange> in_flight;
  std::shared_ptr<completion_queue> completions = std::make_shared<completion_queue>();
  std::vector<completion_queue::completion> completed;
  std::uint64_t last_id = 0;
  std::uint64_t connections_emitted = 0;
  bool admission_pending = false;
};

}  // namespace

http_actor spawn_http(caf::actor_system& system, http_settings settings) {
  auto alive = settings.service->live_actors->enter();
  return caf_compat::spawn<http_actor, http_state>(system, std::move(alive), std::move(settings));
}

}  // namespace midas::internal
