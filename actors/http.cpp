#include <midas/actors/completion_queue.hpp>
#include <midas/actors/http.hpp>

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace midas {

namespace {

struct http_state {
  using answer = dialect::promise<http_response>;

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
  ~http_state() { settle_all(end_error(caf::exit_reason::kill)); }

  void start(const http_settings& settings) {
    pass = settings.alive->enter();
    transport = settings.transport;
    // Where nothing is limited by the second there is nothing to wait for here: the transport
    // itself opens no more connections than may be in flight, and begins the exchange that is due
    // next without asking an actor.
    const auto in_flight = settings.limits.max_per_second != 0
                               ? settings.limits.max_in_flight
                               : std::numeric_limits<std::size_t>::max();
    limit = rate_limit{{in_flight, settings.limits.max_per_second}};
    dialect::on_exit_request(self, [this](const caf::error& reason) {
      ending = reason;
      settle_all(end_error(ending));
      dialect::send(self, http_actor{self}, end_due{});
    });
  }

  http_actor::behavior_type make_behavior() {
    return {
        [this](http_request& request) {
          auto promise = self->make_response_promise<http_response>();
          if (ending) {
            promise.deliver(to_caf_error(end_error(ending)));
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
            if (auto node = on_wire.extract(completion.id)) {
              deliver(node.mapped().promise, std::move(completion.outcome));
            }
          }
          admit();
        },
        [this](admission_due) {
          admission_pending = false;
          admit();
        },
        [this](end_due) { self->quit(ending); },
    };
  }

  void admit() {
    while (!waiting.empty()) {
      const auto now = dialect::now(self);
      const auto next = limit.next_admission(now);
      if (next > now) {
        if (next != rate_limit::time_point::max() && !admission_pending) {
          admission_pending = true;
          dialect::send_to_self_after(self, next - now, admission_due{});
        }
        return;
      }
      limit.begin(now);
      auto node = waiting.extract(waiting.begin());
      send(std::move(node.mapped()));
    }
  }

  void send(queued next) {
    const auto id = ++last_id;
    // First, so that it is answered even if the transport throws.
    auto& begun = on_wire.emplace(id, exchange{std::move(next.promise)}).first->second;
    auto done = [to = http_actor{self}, queue = completions, id](expected<http_response> outcome) {
      if (queue->push(id, std::move(outcome))) {
        dialect::anonymous_send(to, completions_due{});
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

  void settle_all(const error& reason) {
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
  gate::pass pass;
  std::shared_ptr<http_transport> transport;
  rate_limit limit{{}};
  std::multimap<std::chrono::steady_clock::time_point, queued> waiting;
  std::unordered_map<std::uint64_t, exchange> on_wire;
  std::shared_ptr<completion_queue> completions = std::make_shared<completion_queue>();
  std::vector<completion_queue::completion> completed;
  std::uint64_t last_id = 0;
  bool admission_pending = false;
  // Why it has been asked to end; nothing as long as it has not.
  caf::error ending;
};

}  // namespace

http_actor spawn_http(caf::actor_system& system, http_settings settings) {
  return dialect::spawn<http_actor, http_state>(system, std::move(settings));
}

}  // namespace midas
