// Together with <midas/detail/caf_compat.hpp>, the one place that knows which release of CAF midas
// is built with: this is what applications do not need. Everything else is written against these
// names.
#pragma once

#include <midas/detail/caf_compat.hpp>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/error.hpp>
#include <caf/exit_reason.hpp>
#include <caf/logger.hpp>
#include <caf/message.hpp>
#include <caf/sec.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <utility>

namespace midas::caf_compat {

// -- actors: a state struct with `name`, `self` and make_behavior() --

/// What a state's constructor receives and keeps as `self`.
template <class Handle>
using pointer = typename Handle::pointer;

/// Spawns an actor of type Handle whose state is State{self}, calls `state.start(args...)` in the
/// spawning thread's stead when the actor first runs, and installs `state.make_behavior()`.
/// Works from an actor system and from an actor (`self->spawn`) alike.
template <class Handle, class State, class Spawner, class... Args>
Handle spawn(Spawner& spawner, Args... args) {
  return spawner.spawn(
      [](typename Handle::template stateful_pointer<State> self, Args... xs) ->
      typename Handle::behavior_type {
        self->state.start(std::move(xs)...);
        return self->state.make_behavior();
      },
      std::move(args)...);
}

/// After an actor has spawned another: whichever thread runs it is one of its own system's again.
/// An actor is run by the threads of whoever sends to it, be they another system's, and spawning in
/// its own system leaves them what on_helper_thread tells of.
template <class Self>
void restore_logger_context(Self* self) {
  caf::logger::set_current_actor_system(&self->context()->system());
}

template <class... Ts>
using promise = caf::typed_response_promise<Ts...>;

/// One value that is the answer to many requests: CAF would keep a copy for each.
template <class T>
class shared_answer {
 public:
  explicit shared_answer(T value) : message_(caf::make_message(std::move(value))) {}

  void deliver_to(promise<T>& request) const {
    static_cast<caf::response_promise&>(request).deliver(caf::message{message_});
  }

 private:
  caf::message message_;
};

/// To the actor itself, after `delay`. The actor must be ended by somebody: until it is, a message
/// under way keeps its system from closing.
template <class Self, class Message>
void send_to_self_after(Self* self, std::chrono::nanoseconds delay, Message message) {
  self->delayed_send(self, delay, std::move(message));
}

/// From an actor, with no answer expected.
template <class Self, class Handle, class... Ts>
void send(Self* self, const Handle& receiver, Ts&&... xs) {
  self->send(receiver, std::forward<Ts>(xs)...);
}

// -- the end of actors --

/// Asks an actor to end; safe from any thread. One that has ended ignores it.
template <class Handle>
void send_exit(const Handle& receiver, caf::exit_reason reason) {
  caf::anon_send_exit(receiver, reason);
}

/// Calls `on_exit(reason)` in the actor when it is asked to end; it then has to quit. As in CAF,
/// the reason `normal` asks nothing, and `kill` ends the actor without that.
template <class Self, class Function>
void on_exit_request(Self* self, Function on_exit) {
  self->set_exit_handler([on_exit](caf::exit_msg& exit) {
    if (exit.reason) {
      on_exit(exit.reason);
    }
  });
}

/// Calls `on_down(address)` in the actor when one that it monitors has ended.
template <class Self, class Function>
void on_down(Self* self, Function on_down) {
  self->set_down_handler([on_down](caf::down_msg& down) { on_down(down.source); });
}

template <class Self, class Handle>
void monitor(Self* self, const Handle& handle) {
  self->monitor(handle);
}

template <class Self, class Handle>
void demonitor(Self* self, const Handle& handle) {
  self->demonitor(handle.address());
}

/// Calls `function()` once the actor has ended, on whatever thread it ends.
template <class Handle, class Function>
void after_end_of(const Handle& handle, Function function) {
  caf::actor_cast<caf::abstract_actor*>(handle)->attach_functor(std::move(function));
}

// -- threads --

/// Runs the function in a thread that ends with it. Whatever makes, destroys, or spawns in, an
/// actor system on behalf of a thread that is not ours does it this way: 0.17 leaves a reference to
/// the system's logger in each such thread, the system's destructor waits until all of them are
/// gone, and in the main thread it finds its own gone already when the system is a static object.
template <class Function>
auto on_helper_thread(Function function) {
  return std::async(std::launch::async, std::move(function)).get();
}

// -- time --

/// The actor's own clock: the steady clock in earnest, a virtual one in tests.
template <class Self>
std::chrono::steady_clock::time_point now(Self* self) {
  return self->clock().now();
}

// -- configuration --

/// A scheduler of so many threads, which sleep while there is nothing to do: those of CAF's
/// default, work stealing, poll. No log.
inline void configure_sleeping_threads(caf::actor_system_config& config, std::size_t threads) {
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", threads);
  // CAF's default is no limit: then the cache would read all the requests of a burst before the
  // acquisition that it began with the first of them gets to run.
  config.set("scheduler.max-throughput", std::size_t{32});
  config.set("logger.verbosity", caf::atom("quiet"));
}

// -- errors: a code in midas's category, the details as context --

constexpr caf::atom_value error_category = caf::atom("midas");

template <class Code, class Details>
caf::error make_error(Code code, const Details& details) {
  return {static_cast<std::uint8_t>(code), error_category, caf::make_message(details)};
}

/// The details of an error made by make_error; nothing for any other error.
template <class Details>
std::optional<Details> error_details(const caf::error& e) {
  if (e && e.category() == error_category && e.context().template match_elements<Details>()) {
    return e.context().template get_as<Details>(0);
  }
  return std::nullopt;
}

/// What an error of CAF's own means to one who asked.
enum class error_class { request_timeout, orderly_exit, other };

inline error_class classify(const caf::error& e) {
  if (e == caf::sec::request_timeout) {
    return error_class::request_timeout;
  }
  return e == caf::exit_reason::user_shutdown ? error_class::orderly_exit : error_class::other;
}

inline std::string render(const caf::error& e) { return caf::actor_system_config::render(e); }

}  // namespace midas::caf_compat
