// Keeps a cache actor running: replaces it when it ends unexpectedly.
#pragma once

#include "actors/cache_actor.hpp"

#include <memory>
#include <mutex>

namespace midas::internal {

/// Thread-safe. Not an actor itself: the cache actor supervises all others, and nothing would
/// supervise this one. Owns only handles, so that it may be destroyed on any thread.
class cache_supervisor : public std::enable_shared_from_this<cache_supervisor> {
 public:
  /// `system` must not be destroyed before close() has been called.
  static std::shared_ptr<cache_supervisor> start(caf::actor_system& system,
                                                 cache_settings settings);

  /// The current cache actor; an empty handle after close().
  [[nodiscard]] cache_actor current() const;

  /// Asks the cache actor, which ends all others, to end, and no longer replaces it. Does not wait.
  void close();

 private:
  cache_supervisor(caf::actor_system& system, cache_settings settings)
      : system_(system), settings_(std::move(settings)) {}

  void replace();

  caf::actor_system& system_;
  const cache_settings settings_;
  mutable std::mutex mutex_;
  cache_actor cache_;
  bool closed_ = false;
};

}  // namespace midas::internal
