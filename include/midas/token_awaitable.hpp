// What a coroutine awaits for a token.
#pragma once

#include <midas/access_token.hpp>
#include <midas/detail/access.hpp>
#include <midas/detail/export.hpp>
#include <midas/error.hpp>
#include <midas/token_request.hpp>

#include <atomic>
#include <chrono>
#include <coroutine>
#include <memory>
#include <stop_token>
#include <utility>

namespace midas {

/// Returned by async_get(). `co_await` it once, in the expression that made it; the request, and
/// the service or handle, must outlive the await. The result is an expected<access_token>.
class MIDAS_EXPORT token_awaitable {
 public:
  /// For midas itself: with a cached token, there is nothing to wait for.
  explicit token_awaitable(access_token token) : token_(std::move(token)) {}
  /// For midas itself.
  token_awaitable(const detail::service_frontend& frontend, const token_request& request,
                  std::chrono::nanoseconds timeout, std::stop_token stop)
      : frontend_(&frontend), request_(&request), timeout_(timeout), stop_(std::move(stop)) {}

  // NOLINTNEXTLINE(readability-identifier-naming)
  [[nodiscard]] bool await_ready() const noexcept { return !token_.empty(); }
  bool await_suspend(std::coroutine_handle<> waiting);
  expected<access_token> await_resume();

 private:
  // Kept small: it is part of the frame of every coroutine that waits.
  const detail::service_frontend* frontend_ = nullptr;
  const token_request* request_ = nullptr;
  std::chrono::nanoseconds timeout_{};
  std::stop_token stop_;
  // The result: the token, or the failure if the token is empty.
  access_token token_;
  std::unique_ptr<error> failure_;
  // Set by the first of two events, the result and the suspension; the second one resumes the
  // coroutine.
  std::atomic<bool> first_event_ = false;
};

}  // namespace midas
