// The HTTP actor of a cache actor.
#pragma once

#include "actors/http_actor.hpp"
#include "actors/support/restart_pace.hpp"
#include "messages/protocols.hpp"

#include <chrono>
#include <utility>

namespace midas::internal {

/// Spawns and monitors the HTTP actor, and replaces it if it ends unexpectedly. Used by the cache
/// actor only.
class http_child {
 public:
  http_child(cache_actor::pointer owner, http_settings settings)
      : owner_(owner), settings_(std::move(settings)) {
    start();
  }

  [[nodiscard]] const http_actor& current() const noexcept { return current_; }

  /// True if that was the HTTP actor. The owner then receives restart_due, after a pause if this is
  /// not the first end.
  bool has_ended(const caf::actor_addr& ended, std::chrono::steady_clock::time_point now) {
    if (current_.address() != ended) {
      return false;
    }
    const auto pause = pace_.ended(now);
    if (pause > std::chrono::nanoseconds{0}) {
      caf_compat::send_to_self_after(owner_, pause, restart_due{});
    } else {
      caf_compat::send(owner_, cache_actor{owner_}, restart_due{});
    }
    return true;
  }

  const http_actor& start() {
    pace_.started(caf_compat::now(owner_));
    current_ = spawn_http(owner_->system(), settings_);
    caf_compat::restore_logger_context(owner_);
    caf_compat::monitor(owner_, current_);
    return current_;
  }

  /// Asks the actor to end.
  void end(caf::exit_reason reason) const { caf_compat::send_exit(current_, reason); }

 private:
  cache_actor::pointer owner_;
  http_settings settings_;
  http_actor current_;
  restart_pace pace_;
};

}  // namespace midas::internal
