// A caller that waits for a token: an actor's request, or the completion of any other caller.
#pragma once

#include "messages/protocols.hpp"

#include <memory>
#include <utility>
#include <variant>

namespace midas::internal {

/// Answered only by the handlers of the actor that created it. A waiter that is destroyed without
/// an answer answers errc::actor_terminated.
class waiter {
 public:
  using promise = caf_compat::promise<access_token>;

  explicit waiter(promise request) : to_(std::make_unique<promise>(std::move(request))) {}
  explicit waiter(token_waiter caller) : to_(std::move(caller)) {}
  waiter(waiter&& other) noexcept : to_(std::exchange(other.to_, std::monostate{})) {}
  waiter& operator=(waiter&&) = delete;
  ~waiter() {
    if (auto* request = requester(to_)) {
      request->deliver(to_caf_error(end_error(caf::exit_reason::kill)));
    }
    // A token_waiter does this itself.
  }

  /// `answer` is `token` as the answer to an actor's request; many waiters share it.
  void answer(const access_token& token, const caf_compat::shared_answer<access_token>& answer) {
    const auto to = std::exchange(to_, std::monostate{});
    if (auto* request = requester(to)) {
      answer.deliver_to(*request);
    } else if (const auto* caller = std::get_if<token_waiter>(&to)) {
      caller->answer(token);
    }
  }

  void answer(const error& failure) {
    const auto to = std::exchange(to_, std::monostate{});
    if (auto* request = requester(to)) {
      request->deliver(to_caf_error(failure));
    } else if (const auto* caller = std::get_if<token_waiter>(&to)) {
      caller->answer(unexpected{failure});
    }
  }

  /// Lets the actor `to` answer instead, with the message that the request is for it.
  template <class Self, class Handle>
  void pass_on(Self* self, const Handle& to, acquisition_request request) {
    const auto from = std::exchange(to_, std::monostate{});
    if (auto* promised = requester(from)) {
      caf_compat::pass_on(*promised, to, std::move(request));
    } else if (const auto* caller = std::get_if<token_waiter>(&from)) {
      caf_compat::send(self, to, std::move(request), *caller);
    }
  }

  /// True for a caller that was canceled.
  [[nodiscard]] bool answered() const noexcept {
    const auto* caller = std::get_if<token_waiter>(&to_);
    return caller != nullptr && caller->answered();
  }

 private:
  // A promise is three times as large as a token_waiter, and is therefore allocated.
  using receiver = std::variant<std::monostate, std::unique_ptr<promise>, token_waiter>;

  [[nodiscard]] static promise* requester(const receiver& to) {
    const auto* request = std::get_if<std::unique_ptr<promise>>(&to);
    return request != nullptr ? request->get() : nullptr;
  }

  receiver to_;
};

}  // namespace midas::internal
