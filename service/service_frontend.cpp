#include "service/service_frontend.hpp"

#include "actors/policies/deadline.hpp"
#include "messages/make_error.hpp"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace midas::detail {

using namespace internal;

namespace {

// Whether a stop was asked for before anything was sent; from now on one is heard.
bool cancelled(const token_waiter& waiter, const std::stop_token& stop) {
  if (stop.stop_possible()) {
    waiter.cancel_on(stop);
  }
  return waiter.answered();
}

}  // namespace

std::optional<access_token> service_frontend::read(const token_lookup& lookup) const {
  auto found = table_.read(lookup);
  if (!found) {
    return std::nullopt;
  }
  if (found->refresh_overdue) {
    if (const auto to = cache_->current()) {
      if (auto key = make_key(lookup.identity, lookup.resource)) {
        caf_compat::anonymous_send(to, refresh_overdue{*std::move(key)});
      }
    }
  }
  return std::move(found->token);
}

void service_frontend::send(const token_request& request, std::chrono::nanoseconds timeout,
                            const token_waiter& waiter) const {
  if (const auto to = cache_->current()) {
    caf_compat::anonymous_send(to, request, timeout, waiter);
  } else {
    waiter.answer(fail(errc::shutting_down, "the token service has shut down"));
  }
}

void service_frontend::get_async(const token_request& request, std::chrono::nanoseconds timeout,
                                 token_waiter::completion done, const std::stop_token& stop) const {
  const token_waiter waiter{std::move(done), closing_};
  if (!cancelled(waiter, stop)) {
    send(request, timeout, waiter);
  }
}

expected<access_token> service_frontend::get(const token_request& request,
                                             std::chrono::nanoseconds timeout,
                                             const std::stop_token& stop) const {
  if (token_waiter::inside_completion()) {
    return fail(errc::would_block, "a blocking get from a completion that midas is running",
                "Use get_async or a coroutine there");
  }
  struct box {
    std::mutex mutex;
    std::condition_variable filled;
    std::optional<expected<access_token>> outcome;
  };
  const auto shared = std::make_shared<box>();
  const auto deadline = deadline_after(std::chrono::steady_clock::now(), timeout);
  const token_waiter waiter{[shared](expected<access_token> outcome) {
                              const std::lock_guard lock{shared->mutex};
                              shared->outcome = std::move(outcome);
                              shared->filled.notify_one();
                            },
                            closing_};
  if (!cancelled(waiter, stop)) {
    send(request, timeout, waiter);
  }
  std::unique_lock lock{shared->mutex};
  const auto is_filled = [&shared] { return shared->outcome.has_value(); };
  if (timeout > std::chrono::nanoseconds::zero() &&
      !shared->filled.wait_until(lock, deadline, is_filled)) {
    // The actors answer by the deadline too, but may be kept from running.
    lock.unlock();
    waiter.answer(fail(errc::deadline_exceeded,
                       "no token for " + request.resource + " before the caller's deadline",
                       "Give the request more time, or see whether the endpoint answers"));
    lock.lock();
  }
  shared->filled.wait(lock, is_filled);
  return *std::move(shared->outcome);
}

bool service_frontend::close() const { return !closing_->exchange(true); }

}  // namespace midas::detail
