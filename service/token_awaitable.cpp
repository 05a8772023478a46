#include "service/service_frontend.hpp"
#include <midas/token_awaitable.hpp>

namespace midas {

bool token_awaitable::await_suspend(std::coroutine_handle<> waiting) {
  frontend_->get_async(
      *request_, timeout_,
      [this, waiting](expected<access_token> outcome) {
        if (outcome) {
          token_ = *std::move(outcome);
        } else {
          failure_ = std::make_unique<error>(std::move(outcome.error()));
        }
        if (first_event_.exchange(true)) {
          waiting.resume();
        }
      },
      stop_);
  // Suspends unless the result came first. If the suspension comes first, another thread may resume
  // and destroy the coroutine at any time from here on.
  return !first_event_.exchange(true);
}

expected<access_token> token_awaitable::await_resume() {
  if (failure_ != nullptr) {
    return unexpected{std::move(*failure_)};
  }
  return std::move(token_);
}

}  // namespace midas
