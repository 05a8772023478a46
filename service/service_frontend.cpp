#include "service/service_frontend.hpp"

#include "actors/policies/deadline.hpp"
#include "messages/make_error.hpp"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace midas::detail {

using internal::token_waiter;

namespace {

// Passes one outcome to a blocked thread. Shared with the waiter, which may outlive the call.
class outcome_box {
 public:
  // The first outcome counts.
  void put(expected<access_token> outcome) {
    const std::lock_guard lock{mutex_};
    if (!outcome_) {
      outcome_ = std::move(outcome);
      filled_.notify_one();
    }
  }

  // False if the deadline passes first.
  bool wait_until(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock{mutex_};
    return filled_.wait_until(lock, deadline, [this] { return outcome_.has_value(); });
  }

  // Blocks until there is an outcome.
  expected<access_token> take() {
    std::unique_lock lock{mutex_};
    filled_.wait(lock, [this] { return outcome_.has_value(); });
    return *std::move(outcome_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable filled_;
  std::optional<expected<access_token>> outcome_;
};

}  // namespace

std::optional<access_token> service_frontend::read(const token_lookup& lookup) const {
  auto found = table_.read(lookup);
  if (!found) {
    return std::nullopt;
  }
  if (found->refresh_overdue) {
    if (const auto cache = cache_->current()) {
      if (auto key = make_key(lookup.identity, lookup.resource)) {
        caf_compat::anonymous_send(cache, internal::refresh_overdue{*std::move(key)});
      }
    }
  }
  return std::move(found->token);
}

void service_frontend::send(const token_request& request, std::chrono::nanoseconds timeout,
                            const token_waiter& waiter, const std::stop_token& stop) const {
  if (stop.stop_possible()) {
    // Answers the waiter at once if the stop was already requested.
    waiter.cancel_on(stop);
  }
  if (waiter.answered()) {
    return;
  }
  // Answered here, because the actors may be kept from running.
  if (timeout <= std::chrono::nanoseconds::zero()) {
    context_->counters->add(context_->counters->errors);
    waiter.answer(unexpected{internal::invalid_timeout_error()});
    return;
  }
  if (const auto cache = cache_->current()) {
    caf_compat::anonymous_send(cache, request, timeout, waiter);
  } else {
    waiter.answer(internal::fail(errc::shutting_down, "the token service has shut down"));
  }
}

void service_frontend::get_async(const token_request& request, std::chrono::nanoseconds timeout,
                                 token_waiter::completion done, const std::stop_token& stop) const {
  send(request, timeout, token_waiter{std::move(done), closing_}, stop);
}

expected<access_token> service_frontend::get(const token_request& request,
                                             std::chrono::nanoseconds timeout,
                                             const std::stop_token& stop) const {
  if (token_waiter::inside_completion()) {
    return internal::fail(errc::would_block,
                          "get() was called in a callback or coroutine that midas is running, "
                          "and must not block it",
                          "Use get_async() or a coroutine there");
  }
  const auto box = std::make_shared<outcome_box>();
  const auto deadline = internal::deadline_after(std::chrono::steady_clock::now(), timeout);
  // No copy of the waiter stays here: when the actor that holds the last one dies, the waiter
  // answers.
  send(request, timeout,
       token_waiter{[box](expected<access_token> outcome) { box->put(std::move(outcome)); },
                    closing_},
       stop);
  if (!box->wait_until(deadline)) {
    // The actors answer by the deadline as well, but a busy application may keep them from running.
    box->put(internal::fail(errc::deadline_exceeded,
                            "no token for " + request.resource + " before the caller's deadline",
                            "Allow a longer timeout, or check whether the endpoint answers"));
  }
  return box->take();
}

bool service_frontend::close() const { return !closing_->exchange(true); }

}  // namespace midas::detail
