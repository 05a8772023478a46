#include "actors/cache_supervisor.hpp"

#include <utility>

namespace midas::internal {

std::shared_ptr<cache_supervisor> cache_supervisor::start(caf::actor_system& system,
                                                          cache_settings settings) {
  std::shared_ptr<cache_supervisor> result{new cache_supervisor{system, std::move(settings)}};
  caf_compat::on_helper_thread([&result] { result->replace(); });
  return result;
}

cache_actor cache_supervisor::current() const {
  const std::lock_guard lock{mutex_};
  return cache_;
}

void cache_supervisor::close() {
  const std::lock_guard lock{mutex_};
  if (!std::exchange(closed_, true)) {
    caf_compat::send_exit(std::exchange(cache_, {}), caf::exit_reason::user_shutdown);
  }
}

void cache_supervisor::replace() {
  const std::lock_guard lock{mutex_};
  if (closed_) {
    return;
  }
  cache_ = spawn_cache(system_, settings_);
  caf_compat::after_end_of(cache_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) {
      self->replace();
    }
  });
}

}  // namespace midas::internal
