// A caller that is not an actor: the completion of one request, called exactly once.
#pragma once

#include <midas/access_token.hpp>
#include <midas/error.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

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
  /// ends the process). The service sets `closing` when it shuts down.
  token_waiter(completion complete, std::shared_ptr<const std::atomic<bool>> closing);

  /// Answers with errc::cancelled, on the thread that requests the stop, when a stop is requested;
  /// immediately if it already was. Call at most once, before the waiter is copied.
  void cancel_on(const std::stop_token& stop) const;

  /// True if the waiter had not been answered before this call.
  bool answer(expected<access_token> outcome) const noexcept;

  [[nodiscard]] bool answered() const noexcept;

  /// Calls `done` with an outcome that is already known, as answer() would.
  static void complete(const completion& done, expected<access_token> outcome) noexcept;

  /// True if the calling thread is running a completion, and so must not block on midas.
  static bool inside_completion() noexcept;

 private:
  class state;
  std::shared_ptr<state> state_;
};

std::string to_string(const token_waiter&);

}  // namespace midas::internal
