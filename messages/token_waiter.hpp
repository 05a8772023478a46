// A caller that is not an actor: the completion of one request, called exactly once.
#pragma once

#include "messages/open_waiters.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

namespace midas::internal {

/// Copies share one answer: the first one counts, later ones are dropped. If the last copy is
/// destroyed without an answer (the actor or the mailbox that held it has ended), the caller
/// receives errc::shutting_down while its service shuts down, otherwise errc::actor_terminated.
/// Thread-safe.
class token_waiter {
 public:
  using completion = std::function<void(expected<access_token>)>;

  token_waiter() noexcept = default;

  /// `complete` runs on the thread that answers, and must neither block nor throw (an exception
  /// ends the process). `service` may be null.
  token_waiter(completion complete, std::shared_ptr<open_waiters> service);

  token_waiter(const token_waiter& other) noexcept;
  token_waiter(token_waiter&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  token_waiter& operator=(token_waiter other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~token_waiter();

  /// The waiter with these links; empty if it has been answered or its last copy is being
  /// destroyed. The links must be in an open_waiters that the caller has locked.
  static std::optional<token_waiter> unanswered(open_waiters::links& links) noexcept;

  /// Answers with errc::cancelled, on the thread that requests the stop, when a stop is requested;
  /// immediately if it already was. Then calls `then`, unless it is empty. Call at most once,
  /// before the waiter is copied.
  void cancel_on(const std::stop_token& stop, const std::function<void()>& then = {}) const;

  /// True if the waiter had not been answered before this call.
  bool answer(expected<access_token> outcome) const noexcept;

  /// True also while the completion still runs. A caller that has canceled is answered, and needs
  /// no further attempt.
  [[nodiscard]] bool answered() const noexcept;

  /// Calls `done` with an outcome that is already known, as answer() would.
  static void complete(const completion& done, expected<access_token> outcome) noexcept;

 private:
  class state;
  explicit token_waiter(state* held) noexcept : state_(held) {}

  state* state_ = nullptr;
};

std::string to_string(const token_waiter&);

}  // namespace midas::internal
