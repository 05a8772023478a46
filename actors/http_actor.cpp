#include "actors/http_actor.hpp"

#include "actors/policies/rate_limit.hpp"
#include "actors/support/actor_lifetime.hpp"
#include "actors/support/completion_queue.hpp"
#include "messages/make_error.hpp"
#include "transport/responses/retry_after.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace midas::internal {

namespace {

struct http_state {
  using answer = caf_compat::promise<http_response>;

  struct queued {
    http_request request;
    answer promise;
  };

  struct exchange {
    answer promise;
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
    // Where nothing is limited by the second there is nothing to wait for here: the transport
    // itself opens no more connections than may be in flight, and begins the exchange that is due
    // next without asking an actor.
    const auto in_flight =
        settings.limits.max_per_second != 0 ? settings.limits.max_in_flight : rate_limit::unlimited;
    limit = rate_limit{{in_flight, settings.limits.max_per_second}};
    lifetime.begin<http_actor>(self, std::move(alive), [this] { answer_all(lifetime.end()); });
  }

  http_actor::behavior_type make_behavior() {
    return {
        [this](http_request& request) {
          auto promise = self->make_response_promise<http_response>();
          if (lifetime.ending()) {
            promise.deliver(to_caf_error(lifetime.end()));
            return promise;
          }
          if (const auto wait = wait_beyond_deadline(request)) {
            promise.deliver(to_caf_error(admission_error(*wait)));
            return promise;
          }
          const auto deadline = request.deadline;
          waiting.emplace(deadline, queued{std::move(request), promise});
          admit();
          return promise;
        },
        [this](completions_due) {
          completions->take(completed);
          for (auto& completion : completed) {
            limit.end();
            note_throttling(completion.outcome);
            if (auto node = on_wire.extract(completion.id)) {
              deliver(node.mapped().promise, std::move(completion.outcome));
            }
          }
          emit_connections();
          reject_unservable();
          admit();
        },
        [this](admission_due) {
          admission_pending = false;
          reject_unservable();
          admit();
        },
        [this](drain_done) { lifetime.quit(self); },
    };
  }

  void admit() {
    while (!waiting.empty()) {
      const auto now = caf_compat::now(self);
      const auto next = limit.next_admission(now);
      if (next > now) {
        if (next != rate_limit::time_point::max() && !admission_pending) {
          admission_pending = true;
          caf_compat::send_to_self_after(self, next - now, admission_due{});
        }
        return;
      }
      limit.begin(now);
      auto node = waiting.extract(waiting.begin());
      send(std::move(node.mapped()));
    }
  }

  // How long the request would wait for its turn, if that is beyond its deadline.
  std::optional<std::chrono::nanoseconds> wait_beyond_deadline(const http_request& request) {
    const auto now = caf_compat::now(self);
    const auto ahead = std::distance(waiting.begin(), waiting.upper_bound(request.deadline));
    const auto turn = limit.earliest_admission(static_cast<std::size_t>(ahead), now);
    return turn > request.deadline ? std::optional{turn - now} : std::nullopt;
  }

  // Others went before them meanwhile, or the host allows less than it did.
  void reject_unservable() {
    const auto now = caf_compat::now(self);
    std::size_t ahead = 0;
    for (auto at = waiting.begin(); at != waiting.end();) {
      const auto here = at++;
      const auto turn = limit.earliest_admission(ahead, now);
      if (turn <= here->first) {
        ++ahead;
        continue;
      }
      here->second.promise.deliver(to_caf_error(admission_error(turn - now)));
      waiting.erase(here);
    }
  }

  static error admission_error(std::chrono::nanoseconds wait) {
    auto result =
        make_error(errc::deadline_exceeded,
                   "the host may be asked only so often, and by its limits the turn of this "
                   "request would come after its deadline",
                   "Give the request more time, or ask for fewer different tokens at once");
    result.retry_after = std::chrono::ceil<std::chrono::milliseconds>(wait);
    return result;
  }

  // What the host says goes for all that it is asked.
  void note_throttling(const expected<http_response>& outcome) {
    if (!outcome || outcome->status != 429) {
      return;
    }
    service->counters->add(service->counters->throttled);
    const auto now = caf_compat::now(self);
    const auto until = limit.throttled(now, read_retry_after(*outcome, service->now().wall));
    service->observers->emit([&] { return host_throttled{until - now}; });
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

  void send(queued next) {
    const auto id = ++last_id;
    // First, so that it is answered even if the transport throws.
    auto& begun = on_wire.emplace(id, exchange{std::move(next.promise)}).first->second;
    auto done = [to = http_actor{self}, queue = completions, id](expected<http_response> outcome) {
      if (queue->push(id, std::move(outcome))) {
        caf_compat::anonymous_send(to, completions_due{});
      }
    };
    begun.transport_id = transport->start(std::move(next.request), std::move(done));
  }

  static void deliver(answer& promise, expected<http_response> outcome) {
    if (outcome) {
      promise.deliver(*std::move(outcome));
    } else {
      promise.deliver(to_caf_error(outcome.error()));
    }
  }

  void answer_all(const error& reason) {
    for (auto& item : std::exchange(waiting, {})) {
      deliver(item.second.promise, unexpected{reason});
    }
    for (auto& item : std::exchange(on_wire, {})) {
      if (item.second.transport_id) {
        transport->cancel(*item.second.transport_id);
      }
      deliver(item.second.promise, unexpected{reason});
    }
  }

  http_actor::pointer self;
  std::shared_ptr<const service_context> service;
  actor_lifetime lifetime;
  std::shared_ptr<http_transport> transport;
  rate_limit limit{{}};
  std::multimap<std::chrono::steady_clock::time_point, queued> waiting;
  std::unordered_map<std::uint64_t, exchange> on_wire;
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
