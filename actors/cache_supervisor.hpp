// Keeps a cache actor running: replaces it when it ends unexpectedly.
#pragma once

#include "actors/cache_actor.hpp"
#include "actors/support/restart_pace.hpp"
#include "messages/fork_watch.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace midas::internal {

/// Thread-safe. Not an actor itself: the cache actor supervises all others, and nothing would
/// supervise this one. Owns only handles, so that it may be destroyed on any thread. In a forked
/// child, there is no cache actor, and no function waits for a lock.
class cache_supervisor : public std::enable_shared_from_this<cache_supervisor> {
 public:
  /// `system` must not be destroyed before close() has been called. Throws std::system_error if no
  /// thread can be started.
  static std::shared_ptr<cache_supervisor> start(caf::actor_system& system,
                                                 cache_settings settings);

  /// The current cache actor; an empty handle after close(), and during the pause before it is
  /// replaced again.
  [[nodiscard]] cache_actor current() const;

  /// The same, with the time on the clock of the actors.
  struct contact_point {
    cache_actor cache;
    std::chrono::steady_clock::time_point now;
  };
  [[nodiscard]] std::optional<contact_point> contact() const;

  /// Asks the cache actor, which ends all others, to end, and no longer replaces it. Does not wait.
  void close();

 private:
  cache_supervisor(caf::actor_system& system, cache_settings settings)
      : system_(system), settings_(std::move(settings)) {}

  void start_cache();
  void replace();

  const process_tag process_;
  caf::actor_system& system_;
  const cache_settings settings_;
  mutable std::mutex mutex_;
  restart_pace pace_;
  cache_actor cache_;
  // The actor that waits for the end of the pause, if there is one.
  restart_timer timer_;
  bool closed_ = false;
};

}  // namespace midas::internal
