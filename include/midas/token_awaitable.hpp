// How a coroutine waits for a token.
#pragma once

#include <midas/access_token.hpp>
#include <midas/error.hpp>
#include <midas/token_request.hpp>

#include <atomic>
#include <chrono>
#include <coroutine>
#include <memory>
#include <stop_token>
#include <utility>

namespace midas {

class service_frontend;

/// What async_get returns; to be awaited once, where it was made, while the request, and the
/// service or handle that made it, live. Small, since it stands in the memory of each coroutine
/// that waits.
class token_awaitable {
 public:
  /// There is nothing to wait for.
  explicit token_awaitable(access_token token) : token_(std::move(token)) {}

  token_awaitable(const service_frontend& front, const token_request& request,
                  std::chrono::nanoseconds timeout, std::stop_token stop)
      : front_(&front), request_(&request), timeout_(timeout), stop_(std::move(stop)) {}

  // NOLINTNEXTLINE(readability-identifier-naming)
  [[nodiscard]] bool await_ready() const noexcept { return !token_.empty(); }
  bool await_suspend(std::coroutine_handle<> waiting);
  expected<access_token> await_resume();

 private:
  const service_frontend* front_ = nullptr;
  const token_request* request_ = nullptr;
  std::chrono::nanoseconds timeout_{};
  std::stop_token stop_;
  // The outcome is the token, or, where that is empty, the failure.
  access_token token_;
  std::unique_ptr<error> failure_;
  // Set by whichever comes second of the outcome and the suspension: that one lets the coroutine go
  // on.
  std::atomic<bool> one_came_ = false;
};

}  // namespace midas
