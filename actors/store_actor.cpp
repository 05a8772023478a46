#include "actors/store_actor.hpp"

#include "actors/policies/load_wait.hpp"
#include "actors/support/actor_lifetime.hpp"
#include "actors/support/held_requests.hpp"
#include "actors/support/store_calls.hpp"

#include <chrono>
#include <utility>

namespace midas::internal {

namespace {

struct store_state {
  using time_point = std::chrono::steady_clock::time_point;
  static inline const char* name = "midas.store";

  explicit store_state(store_actor::pointer actor) : self(actor) {}
  store_state(const store_state&) = delete;
  store_state& operator=(const store_state&) = delete;
  ~store_state() {
    if (settings.service != nullptr) {
      calls().forget(self->id());
    }
  }

  void start(gate::holder alive, store_settings given) {
    settings = std::move(given);
    lifetime.begin<store_actor>(self, std::move(alive),
                                [this] { held.answer_all(lifetime.end(), counters()); });
    calls().listen(store_actor{self});
  }

  store_actor::behavior_type make_behavior() {
    return {
        [this](acquisition_request& asked) -> caf::result<access_token> {
          auto promise = caf_compat::make_promise<access_token>(self);
          hold(asked, waiter{promise});
          return promise;
        },
        [this](acquisition_request& asked, token_waiter& caller) {
          hold(asked, waiter{std::move(caller)});
        },
        [this](load_ended) {
          caf_compat::send(self, settings.cache, load_ended{});
          pass_on_until(time_point::max());
        },
        [this](load_wait_over) { pass_on_until(now()); },
        [this](drain_done) { lifetime.quit(self); },
    };
  }

  void hold(acquisition_request& asked, waiter&& caller) {
    if (lifetime.ending()) {
      counters().add(counters().errors);
      caller.answer(lifetime.end());
      return;
    }
    asked.has_waited = true;
    const auto until = load_wait_end(now(), asked.deadline, calls().load_began());
    if (!calls().is_loading() || until <= now()) {
      caller.pass_on(self, settings.cache, std::move(asked));
    } else if (held.add(until, std::move(asked), std::move(caller))) {
      caf_compat::send_to_self_after(self, until - now(), load_wait_over{});
    }
  }

  void pass_on_until(time_point last) {
    held.pass_on_until(last, self, settings.cache);
    if (const auto next = held.next()) {
      caf_compat::send_to_self_after(self, *next - now(), load_wait_over{});
    }
  }

  [[nodiscard]] store_calls& calls() const { return *settings.service->store; }
  [[nodiscard]] service_counters& counters() const { return *settings.service->counters; }
  [[nodiscard]] time_point now() const { return caf_compat::now(self); }

  store_actor::pointer self;
  actor_lifetime lifetime;
  store_settings settings;
  held_requests held;
};

}  // namespace

store_actor spawn_store(caf::actor_system& system, store_settings settings) {
  auto alive = settings.service->live_actors->enter();
  return caf_compat::spawn<store_actor, store_state>(system, std::move(alive), std::move(settings));
}

}  // namespace midas::internal
