// The store actor of a cache actor.
#pragma once

#include "actors/policies/load_wait.hpp"
#include "actors/store_actor.hpp"
#include "actors/support/store_calls.hpp"
#include "messages/protocols.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace midas::internal {

/// Begins to load the token store, and spawns the store actor unless the store is loaded already.
/// If that actor ends unexpectedly, requests no longer wait. Used by the cache actor only.
class store_child {
 public:
  store_child(cache_actor::pointer owner, std::shared_ptr<const service_context> service)
      : owner_(owner), service_(std::move(service)) {
    if (service_->store == nullptr || !service_->endpoint) {
      return;
    }
    service_->store->begin_load(service_, caf_compat::now(owner_));
    wait_end_ = service_->store->load_began() + max_load_wait;
    if (service_->store->is_loading()) {
      current_ = spawn_store(owner_->system(), {service_, cache_actor{owner_}});
      caf_compat::restore_logger_context(owner_);
      caf_compat::monitor(owner_, current_);
    }
  }

  [[nodiscard]] const store_actor& current() const noexcept { return current_; }

  /// True if the request, which accepts a published token, must go to current() first.
  [[nodiscard]] bool must_wait(const acquisition_request& asked) const {
    return current_ && !asked.has_waited && service_->store->is_loading() &&
           caf_compat::now(owner_) < wait_end_ && make_key(asked.request);
  }

  /// True if that was the store actor.
  bool has_ended(const caf::actor_addr& ended) {
    const bool is_current = current_ && current_.address() == ended;
    if (is_current) {
      current_ = store_actor{};
    }
    return is_current;
  }

  /// Asks the actor to end.
  void end(caf::exit_reason reason) const {
    if (current_) {
      caf_compat::send_exit(current_, reason);
    }
  }

 private:
  cache_actor::pointer owner_;
  std::shared_ptr<const service_context> service_;
  store_actor current_;
  std::chrono::steady_clock::time_point wait_end_{};
};

}  // namespace midas::internal
