// How a coroutine waits for a token.
#pragma once

#include <midas/messages/access_token.hpp>
#include <midas/messages/error.hpp>
#include <midas/messages/token_request.hpp>

#include <atomic>
#include <chrono>
#include <coroutine>
#include <optional>
#include <stop_token>
#include <utility>

namespace midas {

class token_front;

/// What async_get returns; to be awaited once, where it was made, while the service or handle that
/// made it lives.
class token_awaitable {
 public:
  /// There is nothing to wait for.
  explicit token_awaitable(access_token token) : outcome_(std::in_place, std::move(token)) {}

  token_awaitable(const token_front& front, token_request request, std::chrono::nanoseconds timeout,
                  std::stop_token stop)
      : front_(&front), request_(std::move(request)), timeout_(timeout), stop_(std::move(stop)) {}

  // NOLINTNEXTLINE(readability-identifier-naming)
  [[nodiscard]] bool await_ready() const noexcept { return outcome_.has_value(); }
  bool await_suspend(std::coroutine_handle<> waiting);
  expected<access_token> await_resume() { return *std::move(outcome_); }

 private:
  const token_front* front_ = nullptr;
  token_request request_;
  std::chrono::nanoseconds timeout_{};
  std::stop_token stop_;
  std::optional<expected<access_token>> outcome_;
  // Set by whichever comes second of the outcome and the suspension: that one lets the coroutine go
  // on.
  std::atomic<bool> one_came_ = false;
};

}  // namespace midas
