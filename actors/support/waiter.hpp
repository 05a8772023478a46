// One who waits for a token, in either of its forms: an actor's request or another caller's
// completion.
#pragma once

#include "messages/protocols.hpp"

#include <memory>
#include <utility>
#include <variant>

namespace midas::internal {

/// To be answered in the actor that made it, and by its handlers alone. Moves; one that goes
/// unanswered says errc::actor_terminated.
class waiter {
 public:
  using promise = caf_compat::promise<access_token>;

  explicit waiter(promise request) : to_(std::make_unique<promise>(std::move(request))) {}
  explicit waiter(token_waiter caller) : to_(std::move(caller)) {}
  waiter(waiter&& other) noexcept : to_(std::exchange(other.to_, std::monostate{})) {}
  waiter& operator=(waiter&&) = delete;
  ~waiter() {
    if (auto* request = requester()) {
      request->deliver(to_caf_error(end_error(caf::exit_reason::kill)));
    }
    // A token_waiter says so itself.
  }

  /// With a token that many wait for, and the same as an actor's answer.
  void answer(const access_token& token, const caf_compat::shared_answer<access_token>& answer) {
    if (auto* request = requester()) {
      answer.deliver_to(*request);
    } else if (const auto* caller = std::get_if<token_waiter>(&to_)) {
      caller->answer(token);
    }
    to_ = std::monostate{};
  }

  void answer(const error& failure) {
    if (auto* request = requester()) {
      request->deliver(to_caf_error(failure));
    } else if (const auto* caller = std::get_if<token_waiter>(&to_)) {
      caller->answer(unexpected{failure});
    }
    to_ = std::monostate{};
  }

 private:
  [[nodiscard]] promise* requester() {
    const auto* request = std::get_if<std::unique_ptr<promise>>(&to_);
    return request != nullptr ? request->get() : nullptr;
  }

  // A promise is three times as large as the other, and would make it as large.
  std::variant<std::monostate, std::unique_ptr<promise>, token_waiter> to_;
};

}  // namespace midas::internal
