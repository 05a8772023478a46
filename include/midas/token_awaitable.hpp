// The awaitable that coroutines get from async_get().
#pragma once

#include <midas/access_token.hpp>
#include <midas/detail/access.hpp>
#include <midas/detail/export.hpp>
#include <midas/detail/time_types.hpp>
#include <midas/error.hpp>
#include <midas/token_request.hpp>

#include <atomic>
#include <coroutine>
#include <memory>
#include <stop_token>
#include <utility>

namespace midas {

/// Returned by token_service::async_get() and token_handle::async_get(). `co_await` it once, in the
/// expression that creates it; the result is an expected<access_token>. The request is sent when
/// the coroutine suspends, so an awaitable that is not awaited sends nothing. Neither copyable nor
/// movable.
///
/// The service or handle must outlive the await, and so must a token_request that was passed to
/// async_get(). The coroutine must not be destroyed while it is suspended here.
/// token_service::async_get() documents the thread on which it resumes.
class MIDAS_EXPORT token_awaitable {
 public:
  /// For midas itself: the token was cached, so the coroutine does not suspend.
  explicit token_awaitable(access_token token) : token_(std::move(token)) {}
  /// For midas itself: the request failed at once, so the coroutine does not suspend.
  explicit token_awaitable(error failure) : failure_(std::make_unique<error>(std::move(failure))) {}
  /// For midas itself: the request is sent when the coroutine suspends.
  token_awaitable(const detail::service_frontend& frontend, const token_request& request,
                  std::chrono::nanoseconds timeout, std::stop_token stop)
      : frontend_(&frontend), request_(&request), timeout_(timeout), stop_(std::move(stop)) {}
  /// For midas itself: the same, and the awaitable keeps the request.
  token_awaitable(const detail::service_frontend& frontend,
                  std::unique_ptr<const token_request> request, std::chrono::nanoseconds timeout,
                  std::stop_token stop)
      : token_awaitable(frontend, *request, timeout, std::move(stop)) {
    owned_request_ = std::move(request);
  }

  /// Called by `co_await`, not by applications: true if the token was cached.
  // NOLINTNEXTLINE(readability-identifier-naming)
  [[nodiscard]] bool await_ready() const noexcept { return !token_.empty() || failure_ != nullptr; }
  /// Called by `co_await`: sends the request. False if the answer has already arrived.
  bool await_suspend(std::coroutine_handle<> waiting);
  /// Called by `co_await`: the result.
  expected<access_token> await_resume();

 private:
  // Kept small, because it is part of the frame of every waiting coroutine.
  const detail::service_frontend* frontend_ = nullptr;
  const token_request* request_ = nullptr;
  std::unique_ptr<const token_request> owned_request_;
  std::chrono::nanoseconds timeout_{};
  std::stop_token stop_;
  // The result: the token, or the failure if the token is empty.
  access_token token_;
  std::unique_ptr<error> failure_;
  // Set by the first of two events, the result and the suspension. The second resumes the
  // coroutine.
  std::atomic<bool> first_event_ = false;
};

}  // namespace midas
