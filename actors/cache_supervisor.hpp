// Keeps a cache actor running: when it ends before its time, another takes its place.
#pragma once

#include "actors/cache_actor.hpp"

#include <memory>
#include <mutex>

namespace midas::internal {

/// Thread-safe. No actor, since it stands above the actor that watches all others. It owns nothing
/// but handles, so that the last reference to it may go on any thread.
class cache_supervisor : public std::enable_shared_from_this<cache_supervisor> {
 public:
  /// `system` has to live until close() was called.
  static std::shared_ptr<cache_supervisor> start(caf::actor_system& system,
                                                 cache_settings settings);

  /// The cache actor of the moment; an empty handle once closed.
  [[nodiscard]] cache_actor current() const;

  /// Asks the cache actor, and with it all others, to end, and replaces it no more. Does not wait.
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
