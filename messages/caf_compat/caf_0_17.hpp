// The part of messages/caf_compat.hpp for CAF 0.17.
#pragma once

#include "messages/no_wait_scope.hpp"
#include <midas/detail/caf_compat.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/error.hpp>
#include <caf/execution_unit.hpp>
#include <caf/exit_reason.hpp>
#include <caf/logger.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message.hpp>
#include <caf/resumable.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace midas::caf_compat {

// -- actors --

/// An actor of midas. It runs only on threads of its own system; CAF would also run it on the
/// thread of an actor of another system that sends it a message, and that thread may be about to
/// block. While it runs, its thread is in a no_wait_scope: handlers may run code of the
/// application, and so may the destruction of a message.
///
/// Keeps its state as caf::stateful_actor does. That class between this one and CAF's, and CAF's
/// message_types(), would make the library 50 kB larger.
template <class Handle, class State>
class actor_with_state final : public Handle::base {
 public:
  using super = typename Handle::base;

  actor_with_state(caf::actor_config& config, std::function<void(State&)> start)
      : super(config), start_(std::move(start)) {
    state_.emplace(this);
  }

  /// Destroys the state. CAF calls this when the actor has ended, and may keep its memory.
  void on_exit() override { state_.reset(); }

  const char* name() const override { return State::name; }

  using super::enqueue;
  void enqueue(caf::mailbox_element_ptr message, caf::execution_unit* unit) override {
    const bool is_own = unit != nullptr && &unit->system() == &this->home_system();
    super::enqueue(std::move(message), is_own ? unit : nullptr);
  }

  caf::resumable::resume_result resume(caf::execution_unit* unit, std::size_t messages) override {
    const internal::no_wait_scope scope;
    return super::resume(unit, messages);
  }

  /// CAF asks for this before an actor receives messages of other processes. No message of midas
  /// leaves its process; CAF's own function takes 5 kB of code for each interface.
  std::set<std::string> message_types() const override { return {}; }

 protected:
  typename Handle::behavior_type make_behavior() override {
    std::exchange(start_, nullptr)(*state_);
    return state_->make_behavior();
  }

 private:
  std::optional<State> state_;
  std::function<void(State&)> start_;
};

/// Call in an actor after it has spawned another: spawning sets the thread's reference to the
/// logger of an actor system; see on_helper_thread().
template <class Self>
void restore_logger_context(Self* self) {
  caf::logger::set_current_actor_system(&self->context()->system());
}

// -- answers --

template <class T>
using promise = caf::typed_response_promise<T>;

/// A promise to answer the current message. Return it from the message handler, which returns
/// caf::result<T>.
template <class T, class Self>
promise<T> make_promise(Self* self) {
  return self->template make_response_promise<T>();
}

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

// -- messages --

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

/// The reason of an end that nobody asked for.
constexpr auto failed_exit = caf::exit_reason::unhandled_exception;

/// Calls `on_exit(reason)` in the actor when it is asked to end; the actor must then quit. As in
/// CAF, the reason `normal` is ignored, and `kill` ends the actor without this call. Call while the
/// actor starts.
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

// -- threads --

/// The threads on which a system runs its actors, except detached ones, each of which has a thread
/// of its own. Without any for a scheduler that is not CAF's own.
class scheduler_threads {
 public:
  scheduler_threads() = default;
  explicit scheduler_threads(caf::actor_system& system);

  /// True if the calling thread is one of them.
  [[nodiscard]] bool include_this_thread() const {
    return std::ranges::find(ids_, std::this_thread::get_id()) != ids_.end();
  }

 private:
  std::vector<std::thread::id> ids_;
};

// -- configuration --

/// Configures CAF's scheduler "sharing" or "stealing" with that many threads.
inline void configure_threads(caf::actor_system_config& config, const std::string& policy,
                              std::size_t threads) {
  config.set("scheduler.policy", caf::atom_from_string(policy));
  config.set("scheduler.max-threads", threads);
}

inline void configure_throughput(caf::actor_system_config& config, std::size_t messages) {
  config.set("scheduler.max-throughput", messages);
}

inline void configure_no_log(caf::actor_system_config& config) {
  config.set("logger.verbosity", caf::atom("quiet"));
}

/// Registers message types. CAF 0.17 has no table of them.
template <class... Blocks>
void register_messages() {}

/// True if the types of the block are registered.
template <class Block>
bool are_messages_registered() {
  return true;
}

// -- errors: a code in the category of midas, with the details as context --

constexpr caf::atom_value error_category = caf::atom("midas");

template <class Code, class Details>
caf::error make_error(Code code, const Details& details) {
  return {static_cast<std::uint8_t>(code), error_category, caf::make_message(details)};
}

/// The details of an error created by make_error(); empty for any other error.
template <class Code, class Details>
std::optional<Details> error_details(const caf::error& e) {
  if (e && e.category() == error_category && e.context().template match_elements<Details>()) {
    return e.context().template get_as<Details>(0);
  }
  return std::nullopt;
}

inline std::string render(const caf::error& e) { return caf::actor_system_config::render(e); }

}  // namespace midas::caf_compat
