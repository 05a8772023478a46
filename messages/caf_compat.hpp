// Adapts midas to the version of CAF. Together with <midas/detail/caf_compat.hpp>, which contains
// what applications need, this is the only code that depends on that version. The two headers of
// messages/caf_compat/ define the same names, one for CAF 0.17 and one for CAF 1.x.
#pragma once

#include <midas/detail/caf_compat.hpp>

#if CAF_MAJOR_VERSION < 1
#include "messages/caf_compat/caf_0_17.hpp"
#else
#include "messages/caf_compat/caf_1.hpp"
#endif

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/error.hpp>
#include <caf/exit_reason.hpp>
#include <caf/sec.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <cstddef>
#include <future>
#include <utility>

namespace midas::caf_compat {

// -- actors: a state struct with `name`, `self` and make_behavior() --

/// The type of `self`, which the constructor of a state receives.
template <class Handle>
using pointer = typename Handle::pointer;

/// Spawns an actor of type Handle whose state is State{self}. When the actor first runs, it calls
/// `state.start(args...)` and installs `state.make_behavior()`. `spawner` is an actor system or an
/// actor.
template <class Handle, class State, class Spawner, class... Args>
Handle spawn(Spawner& spawner, Args... args) {
  return spawner.template spawn<actor_with_state<Handle, State>>(
      [... xs = std::move(args)](State& state) mutable { state.start(std::move(xs)...); });
}

// -- the end of actors --

/// Asks an actor to end. Any thread. Does nothing if the actor has ended.
template <class Handle>
void send_exit(const Handle& receiver, caf::exit_reason reason) {
  caf::anon_send_exit(receiver, reason);
}

/// Calls `function()` when the actor has ended, on the thread that it ended on.
template <class Handle, class Function>
void after_end_of(const Handle& handle, Function function) {
  caf::actor_cast<caf::abstract_actor*>(handle)->attach_functor(std::move(function));
}

// -- threads --

/// Runs the function on a new thread and waits for it. Needed to create, destroy, or spawn in an
/// actor system on behalf of a thread that midas does not own: CAF leaves a reference to the
/// system's logger in a thread-local of the calling thread, and in CAF 0.17 the destructor of the
/// system waits until all these references are released. In the main thread, that thread-local is
/// destroyed before a static actor system is.
template <class Function>
auto on_helper_thread(Function function) {
  return std::async(std::launch::async, std::move(function)).get();
}

// -- time --

/// The actor's clock: the steady clock, or a virtual clock in tests.
template <class Self>
std::chrono::steady_clock::time_point now(Self* self) {
  return self->clock().now();
}

/// The clock of the system in which the actor lives. For any thread.
template <class Actor>
std::chrono::steady_clock::time_point system_now(const Actor& actor) {
  return actor->home_system().clock().now();
}

// -- configuration --

/// Configures a scheduler of `threads` threads that sleep while they are idle, and no log. CAF's
/// default, work stealing, polls.
inline void configure_sleeping_threads(caf::actor_system_config& config, std::size_t threads) {
  configure_threads(config, "sharing", threads);
  // Without a limit, CAF's default, the cache actor would read all requests of a burst before the
  // acquisition that it started for the first request runs.
  configure_throughput(config, 32);
  configure_no_log(config);
}

// -- errors --

/// What an error of CAF means to the requester.
enum class error_class { request_timeout, orderly_exit, other };

inline error_class classify(const caf::error& e) {
  if (e == caf::sec::request_timeout) {
    return error_class::request_timeout;
  }
  return e == caf::exit_reason::user_shutdown ? error_class::orderly_exit : error_class::other;
}

}  // namespace midas::caf_compat
