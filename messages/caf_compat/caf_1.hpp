// The part of messages/caf_compat.hpp for CAF 1.x. caf_0_17.hpp describes each function.
#pragma once

#include "messages/no_wait_scope.hpp"
#include <midas/detail/caf_compat.hpp>

#include <caf/actor_addr.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/behavior.hpp>
#include <caf/disposable.hpp>
#include <caf/error.hpp>
#include <caf/exit_reason.hpp>
#include <caf/init_global_meta_objects.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_response_promise.hpp>
#include <caf/unsafe_behavior_init.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace midas::caf_compat {

// -- actors --

/// While one exists, the calling thread runs an actor of `system` for `scheduler`.
class running_scope {
 public:
  running_scope(const caf::scheduler* scheduler, const caf::actor_system* system) noexcept;
  ~running_scope();
  running_scope(const running_scope&) = delete;
  running_scope& operator=(const running_scope&) = delete;

  /// True if `scheduler` runs an actor of `system` on the calling thread.
  static bool active(const caf::scheduler* scheduler, const caf::actor_system* system) noexcept;

 private:
  const running_scope* outer_;
  const caf::scheduler* scheduler_;
  const caf::actor_system* system_;
};

/// What CAF 0.17 does for every actor: one function for the end of all monitored actors, and one
/// for the request to end.
class system_handlers {
 public:
  using down_function = std::function<void(const caf::actor_addr&)>;
  using exit_function = std::function<void(const caf::error&)>;

  system_handlers() = default;
  system_handlers(const system_handlers&) = delete;
  system_handlers& operator=(const system_handlers&) = delete;
  virtual ~system_handlers();

  void on_down(down_function on_down) { on_down_ = std::move(on_down); }
  void on_exit_request(exit_function on_exit) { on_exit_ = std::move(on_exit); }

  template <class Self, class Handle>
  void monitor(Self* self, const Handle& handle) {
    auto subscription =
        self->monitor(handle, [this, ended = handle.address()](const caf::error&) { down(ended); });
    subscriptions_.insert_or_assign(handle.id(), std::move(subscription));
  }
  void demonitor(caf::actor_id id);

 protected:
  /// The handlers of the actor, and that of its exit_msg.
  [[nodiscard]] caf::behavior complete(caf::behavior handlers) const;

 private:
  void down(const caf::actor_addr& ended);

  down_function on_down_;
  exit_function on_exit_;
  std::unordered_map<caf::actor_id, caf::disposable> subscriptions_;
};

template <class Handle, class State>
class actor_with_state final : public caf::stateful_actor<State, typename Handle::base>,
                               public system_handlers {
 public:
  using super = caf::stateful_actor<State, typename Handle::base>;
  using behavior_type = typename super::behavior_type;

  actor_with_state(caf::actor_config& config, std::function<void(State&)> start)
      : super(config), start_(std::move(start)) {}

  using super::enqueue;
  bool enqueue(caf::mailbox_element_ptr message, caf::scheduler* scheduler) override {
    const bool is_own = running_scope::active(scheduler, &this->home_system());
    return super::enqueue(std::move(message), is_own ? scheduler : nullptr);
  }

  caf::resumable::resume_result resume(caf::scheduler* scheduler, std::size_t messages) override {
    const internal::no_wait_scope scope;
    const running_scope running{scheduler, &this->home_system()};
    return super::resume(scheduler, messages);
  }

  behavior_type make_behavior() override {
    std::exchange(start_, nullptr)(this->state());
    typename Handle::behavior_type handlers = this->state().make_behavior();
    return {caf::unsafe_behavior_init, complete(std::move(handlers.unbox()))};
  }

 private:
  std::function<void(State&)> start_;
};

// The thread of a CAF scheduler keeps its reference to the logger.
template <class Self>
void restore_logger_context(Self* /*self*/) {}

// -- answers --

/// Untyped inside, so that one message can answer many requests.
template <class T>
class promise {
 public:
  promise() = default;
  explicit promise(caf::typed_response_promise<caf::message> request)
      : request_(std::move(request)) {}

  void deliver(T value) { deliver(caf::make_message(std::move(value))); }
  void deliver(caf::error failure) { request_.deliver(std::move(failure)); }
  void deliver(caf::message answer) { request_.deliver(std::move(answer)); }

  template <class Handle, class Message>
  void delegate(const Handle& to, Message message) {
    request_.delegate(to, std::move(message));
  }

  // NOLINTNEXTLINE(google-explicit-constructor): as caf::typed_response_promise
  operator caf::result<T>() const { return caf::delegated<T>{}; }

 private:
  caf::typed_response_promise<caf::message> request_;
};

template <class T, class Self>
promise<T> make_promise(Self* self) {
  return promise<T>{self->template make_response_promise<caf::message>()};
}

template <class T, class Handle, class Message>
void pass_on(promise<T>& request, const Handle& to, Message message) {
  request.delegate(to, std::move(message));
}

template <class T>
class shared_answer {
 public:
  explicit shared_answer(T value) : message_(caf::make_message(std::move(value))) {}

  void deliver_to(promise<T>& request) const { request.deliver(message_); }

 private:
  caf::message message_;
};

// -- messages --

template <class Self, class Message>
void send_to_self_after(Self* self, std::chrono::nanoseconds delay, Message message) {
  self->mail(std::move(message)).delay(delay).send(self, caf::weak_ref, caf::weak_self_ref);
}

template <class Self, class Handle, class... Ts>
void send(Self* self, const Handle& receiver, Ts&&... xs) {
  self->mail(std::forward<Ts>(xs)...).send(receiver);
}

// -- the end of actors --

// CAF 1.x ends an actor that throws for a reason that is not an exit_reason.
constexpr auto failed_exit = caf::exit_reason::unknown;

template <class Self, class Function>
void on_exit_request(Self* self, Function on_exit) {
  dynamic_cast<system_handlers&>(*self).on_exit_request(std::move(on_exit));
}

template <class Self, class Function>
void on_down(Self* self, Function on_down) {
  dynamic_cast<system_handlers&>(*self).on_down(std::move(on_down));
}

template <class Self, class Handle>
void monitor(Self* self, const Handle& handle) {
  dynamic_cast<system_handlers&>(*self).monitor(self, handle);
}

template <class Self, class Handle>
void demonitor(Self* self, const Handle& handle) {
  dynamic_cast<system_handlers&>(*self).demonitor(handle.id());
}

// -- threads --

class scheduler_threads {
 public:
  scheduler_threads() = default;
  explicit scheduler_threads(caf::actor_system& system);

  [[nodiscard]] bool include_this_thread() const;

 private:
  // Only compared: it identifies the system.
  const void* logger_ = nullptr;
};

// -- configuration --

inline void configure_threads(caf::actor_system_config& config, const std::string& policy,
                              std::size_t threads) {
  config.set("caf.scheduler.policy", policy);
  config.set("caf.scheduler.max-threads", threads);
}

inline void configure_throughput(caf::actor_system_config& config, std::size_t messages) {
  config.set("caf.scheduler.max-throughput", messages);
}

inline void configure_no_log(caf::actor_system_config& config) {
  config.set("caf.logger.console.verbosity", "quiet");
  config.set("caf.logger.file.verbosity", "quiet");
}

template <class... Blocks>
void register_messages() {
  caf::core::init_global_meta_objects();
  (caf::init_global_meta_objects<Blocks>(), ...);
}

template <class Block>
bool are_messages_registered() {
  return caf::detail::global_meta_object_or_null(Block::begin) != nullptr;
}

// -- errors: the code is of a type with an id, and the details are the context --

template <class Code, class Details>
caf::error make_error(Code code, const Details& details) {
  return {code, caf::make_message(details)};
}

template <class Code, class Details>
std::optional<Details> error_details(const caf::error& e) {
  if (e && e.category() == caf::type_id_v<Code> && e.context().template match_elements<Details>()) {
    return e.context().template get_as<Details>(0);
  }
  return std::nullopt;
}

inline std::string render(const caf::error& e) { return to_string(e); }

}  // namespace midas::caf_compat
