// Adapts midas to the version of CAF. Together with <midas/detail/caf_compat.hpp>, which contains
// what applications need, this is the only code that depends on that version.
#pragma once

#include "messages/no_wait_scope.hpp"
#include <midas/detail/caf_compat.hpp>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/error.hpp>
#include <caf/execution_unit.hpp>
#include <caf/exit_reason.hpp>
#include <caf/logger.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message.hpp>
#include <caf/resumable.hpp>
#include <caf/sec.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace midas::caf_compat {

// -- actors: a state struct with `name`, `self` and make_behavior() --

/// The type of `self`, which the constructor of a state receives.
template <class Handle>
using pointer = typename Handle::pointer;

/// An actor of midas. It runs only on threads of its own system; CAF would also run it on the
/// thread of an actor of another system that sends it a message, and that thread may be about to
/// block. While it runs, its thread is in a no_wait_scope: handlers may run code of the
/// application, and so may the destruction of a message.
template <class Handle, class State>
class actor_with_state final : public caf::stateful_actor<State, typename Handle::base> {
 public:
  using super = caf::stateful_actor<State, typename Handle::base>;

  actor_with_state(caf::actor_config& config, std::function<void(State&)> start)
      : super(config), start_(std::move(start)) {}

  using super::enqueue;
  void enqueue(caf::mailbox_element_ptr message, caf::execution_unit* unit) override {
    const bool is_own = unit != nullptr && &unit->system() == &this->home_system();
    super::enqueue(std::move(message), is_own ? unit : nullptr);
  }

  caf::resumable::resume_result resume(caf::execution_unit* unit, std::size_t messages) override {
    const internal::no_wait_scope scope;
    return super::resume(unit, messages);
  }

 protected:
  typename Handle::behavior_type make_behavior() override {
    std::exchange(start_, nullptr)(this->state);
    return this->state.make_behavior();
  }

 private:
  std::function<void(State&)> start_;
};

/// Spawns an actor of type Handle whose state is State{self}. When the actor first runs, it calls
/// `state.start(args...)` and installs `state.make_behavior()`. `spawner` is an actor system or an
/// actor.
template <class Handle, class State, class Spawner, class... Args>
Handle spawn(Spawner& spawner, Args... args) {
  return spawner.template spawn<actor_with_state<Handle, State>>(
      [... xs = std::move(args)](State& state) mutable { state.start(std::move(xs)...); });
}

/// Call in an actor after it has spawned another: spawning sets the thread's reference to the
/// logger of an actor system; see on_helper_thread().
template <class Self>
void restore_logger_context(Self* self) {
  caf::logger::set_current_actor_system(&self->context()->system());
}

template <class... Ts>
using promise = caf::typed_response_promise<Ts...>;

/// Lets another actor answer the request, which receives `message` for it.
template <class T, class Handle, class Message>
void pass_on(promise<T>& request, const Handle& to, Message message) {
  request.delegate(to, std::move(message));
}

/// One value that answers many requests without a copy for each.
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

/// Sends a message to the actor itself after `delay`. Until the actor has ended, the delayed
/// message keeps its actor system from shutting down.
template <class Self, class Message>
void send_to_self_after(Self* self, std::chrono::nanoseconds delay, Message message) {
  self->delayed_send(self, delay, std::move(message));
}

/// Sends a message from an actor, without expecting an answer.
template <class Self, class Handle, class... Ts>
void send(Self* self, const Handle& receiver, Ts&&... xs) {
  self->send(receiver, std::forward<Ts>(xs)...);
}

// -- the end of actors --

/// Asks an actor to end. Any thread. Does nothing if the actor has ended.
template <class Handle>
void send_exit(const Handle& receiver, caf::exit_reason reason) {
  caf::anon_send_exit(receiver, reason);
}

/// Calls `on_exit(reason)` in the actor when it is asked to end; the actor must then quit. As in
/// CAF, the reason `normal` is ignored, and `kill` ends the actor without this call.
template <class Self, class Function>
void on_exit_request(Self* self, Function on_exit) {
  self->set_exit_handler([on_exit](caf::exit_msg& exit) {
    if (exit.reason) {
      on_exit(exit.reason);
    }
  });
}

/// Calls `on_down(address)` in the actor when an actor that it monitors has ended.
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

/// Calls `function()` when the actor has ended, on the thread that it ended on.
template <class Handle, class Function>
void after_end_of(const Handle& handle, Function function) {
  caf::actor_cast<caf::abstract_actor*>(handle)->attach_functor(std::move(function));
}

// -- threads --

/// Runs the function on a new thread and waits for it. Needed to create, destroy, or spawn in an
/// actor system on behalf of a thread that midas does not own: CAF 0.17 leaves a reference to the
/// system's logger in a thread-local of the calling thread, and the destructor of the system waits
/// until all these references are released. In the main thread, that thread-local is destroyed
/// before a static actor system is.
template <class Function>
auto on_helper_thread(Function function) {
  return std::async(std::launch::async, std::move(function)).get();
}

/// The threads on which `system` runs its actors, except detached ones, each of which has a thread
/// of its own. Empty for a scheduler that is not CAF's own.
std::vector<std::thread::id> scheduler_threads(caf::actor_system& system);

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
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", threads);
  // Without a limit, CAF's default, the cache actor would read all requests of a burst before the
  // acquisition that it started for the first request runs.
  config.set("scheduler.max-throughput", std::size_t{32});
  config.set("logger.verbosity", caf::atom("quiet"));
}

// -- errors: a code in the category of midas, with the details as context --

constexpr caf::atom_value error_category = caf::atom("midas");

template <class Code, class Details>
caf::error make_error(Code code, const Details& details) {
  return {static_cast<std::uint8_t>(code), error_category, caf::make_message(details)};
}

/// The details of an error created by make_error(); empty for any other error.
template <class Details>
std::optional<Details> error_details(const caf::error& e) {
  if (e && e.category() == error_category && e.context().template match_elements<Details>()) {
    return e.context().template get_as<Details>(0);
  }
  return std::nullopt;
}

/// What an error of CAF means to the requester.
enum class error_class { request_timeout, orderly_exit, other };

inline error_class classify(const caf::error& e) {
  if (e == caf::sec::request_timeout) {
    return error_class::request_timeout;
  }
  return e == caf::exit_reason::user_shutdown ? error_class::orderly_exit : error_class::other;
}

inline std::string render(const caf::error& e) { return caf::actor_system_config::render(e); }

}  // namespace midas::caf_compat
