// How the actors of a token service end.
#pragma once

#include "actors/support/gate.hpp"
#include "messages/protocols.hpp"

#include <utility>

namespace midas::internal {

/// Ends an actor in order: asked to end, it first answers the requests that are already in its
/// mailbox, then it quits. A member of the actor's state; used by that actor only.
class actor_lifetime {
 public:
  actor_lifetime() = default;
  // The exit handler refers to it.
  actor_lifetime(const actor_lifetime&) = delete;
  actor_lifetime& operator=(const actor_lifetime&) = delete;

  /// Called when the actor first runs. `alive` makes the actor count in the service's gate; the
  /// spawner creates it before it spawns the actor, so that a shutdown also waits for an actor that
  /// has not run yet. `on_end()` is called in the actor when it is asked to end; from then until
  /// drain_done arrives, the handlers must answer every request with end().
  template <class Handle, class OnEnd>
  void begin(typename Handle::pointer self, gate::holder alive, OnEnd on_end) {
    alive_ = std::move(alive);
    caf_compat::on_exit_request(self, [this, self, on_end](const caf::error& reason) {
      reason_ = reason;
      on_end();
      caf_compat::send(self, Handle{self}, drain_done{});
    });
  }

  /// The actor was asked to end.
  [[nodiscard]] bool ending() const noexcept { return static_cast<bool>(reason_); }

  /// The answer to requests that an ending actor holds or still receives.
  [[nodiscard]] error end() const { return end_error(reason_); }

  /// The reason to end actors that must not outlive this one.
  [[nodiscard]] caf::exit_reason exit_reason_of_children() const {
    const auto orderly = caf_compat::classify(reason_) == caf_compat::error_class::orderly_exit;
    return orderly ? caf::exit_reason::user_shutdown : caf_compat::failed_exit;
  }

  /// Handles drain_done.
  template <class Self>
  void quit(Self* self) const {
    self->quit(reason_);
  }

 private:
  gate::holder alive_;
  // Empty until the actor is asked to end.
  caf::error reason_;
};

}  // namespace midas::internal
