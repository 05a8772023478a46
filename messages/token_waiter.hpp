// A caller that is no actor: the completion of one request, answered exactly once.
#pragma once

#include <midas/access_token.hpp>
#include <midas/error.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace midas::internal {

/// Copies share one answer: the first one given counts, later ones are dropped. When the last copy
/// goes unanswered (the actor or the mailbox that held it is gone), the caller is told so: with
/// errc::shutting_down while its service closes, else with errc::actor_terminated. Thread-safe.
class token_waiter {
 public:
  using completion = std::function<void(expected<access_token>)>;

  token_waiter() noexcept = default;

  /// `complete` runs on the thread that answers, and must neither block nor throw (an exception
  /// ends the process). `closing` is set by the service once it shuts down.
  token_waiter(completion complete, std::shared_ptr<const std::atomic<bool>> closing);

  /// Has it answered with errc::cancelled, in the thread that asks for the stop, as soon as a stop
  /// is asked for: at once when it has been. Once at most, and before there are copies.
  void cancel_on(const std::stop_token& stop) const;

  /// True when this call was the one that answered.
  bool answer(expected<access_token> outcome) const noexcept;

  [[nodiscard]] bool answered() const noexcept;

  /// Calls it with an outcome that is there already, as answer() would.
  static void complete(const completion& done, expected<access_token> outcome) noexcept;

  /// Whether the calling thread is running a completion just now, and so must not wait for midas.
  static bool inside_completion() noexcept;

 private:
  class state;
  std::shared_ptr<state> state_;
};

std::string to_string(const token_waiter&);

}  // namespace midas::internal
