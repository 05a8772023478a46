#include "actors/cache_supervisor.hpp"

#include <functional>
#include <utility>

namespace midas::internal {

namespace {

struct restart_timer_state {
  static inline const char* name = "midas.restart-timer";

  explicit restart_timer_state(restart_timer::pointer actor) : self(actor) {}

  void start(gate::holder counted, std::chrono::nanoseconds pause, std::function<void()> then) {
    alive = std::move(counted);
    restart = std::move(then);
    caf_compat::send_to_self_after(self, pause, restart_due{});
  }

  restart_timer::behavior_type make_behavior() {
    return {[this](restart_due) {
      restart();
      self->quit();
    }};
  }

  restart_timer::pointer self;
  gate::holder alive;
  std::function<void()> restart;
};

}  // namespace

std::shared_ptr<cache_supervisor> cache_supervisor::start(caf::actor_system& system,
                                                          cache_settings settings) {
  std::shared_ptr<cache_supervisor> result{new cache_supervisor{system, std::move(settings)}};
  caf_compat::on_helper_thread([&result] { result->start_cache(); });
  return result;
}

cache_actor cache_supervisor::current() const {
  if (process_.is_forked()) {
    return {};
  }
  const std::lock_guard lock{mutex_};
  return cache_;
}

std::optional<cache_supervisor::contact_point> cache_supervisor::contact() const {
  if (process_.is_forked()) {
    return std::nullopt;
  }
  const std::lock_guard lock{mutex_};
  if (!cache_) {
    return std::nullopt;
  }
  return contact_point{cache_, system_.clock().now()};
}

void cache_supervisor::close() {
  const std::lock_guard lock{mutex_};
  if (std::exchange(closed_, true)) {
    return;
  }
  if (cache_) {
    caf_compat::send_exit(std::exchange(cache_, {}), caf::exit_reason::user_shutdown);
  }
  if (timer_) {
    caf_compat::send_exit(std::exchange(timer_, restart_timer{}), caf::exit_reason::user_shutdown);
  }
}

void cache_supervisor::start_cache() {
  cache_actor started;
  {
    const std::lock_guard lock{mutex_};
    if (closed_) {
      return;
    }
    timer_ = restart_timer{};
    pace_.started(system_.clock().now());
    started = cache_ = spawn_cache(system_, settings_);
  }
  // Without the lock: if the actor has already ended, the function runs here.
  caf_compat::after_end_of(started, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) {
      self->replace();
    }
  });
}

void cache_supervisor::replace() {
  {
    const std::lock_guard lock{mutex_};
    if (closed_) {
      return;
    }
    const auto pause = pace_.ended(system_.clock().now());
    if (pause > std::chrono::nanoseconds::zero()) {
      cache_ = cache_actor{};
      timer_ = caf_compat::spawn<restart_timer, restart_timer_state>(
          system_, settings_.service->live_actors->enter(), pause,
          std::function<void()>{[weak = weak_from_this()] {
            if (const auto self = weak.lock()) {
              self->start_cache();
            }
          }});
      return;
    }
  }
  start_cache();
}

}  // namespace midas::internal
