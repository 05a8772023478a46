#include "messages/token_waiter.hpp"

#include "messages/make_error.hpp"

#include <memory>
#include <utility>

namespace midas::internal {

namespace {

thread_local unsigned completions_on_this_thread = 0;

}  // namespace

class token_waiter::state {
 public:
  using stop_callback = std::stop_callback<std::function<void()>>;

  state(completion complete, std::shared_ptr<const std::atomic<bool>> closing)
      : complete_(std::move(complete)), closing_(std::move(closing)) {}
  state(const state&) = delete;
  state& operator=(const state&) = delete;

  ~state() {
    stop_.reset();
    if (answered()) {
      return;
    }
    if (closing_ != nullptr && closing_->load()) {
      answer(fail(errc::shutting_down, "the token service shut down before it could answer"));
    } else {
      answer(fail(errc::actor_terminated, "the actor that held the request ended",
                  "Repeat the request"));
    }
  }

  bool answer(expected<access_token> outcome) noexcept {
    if (answered_.exchange(true)) {
      return false;
    }
    // The completion and its captures are destroyed now, not with the last copy of the waiter.
    const auto complete = std::exchange(complete_, nullptr);
    token_waiter::complete(complete, std::move(outcome));
    return true;
  }

  [[nodiscard]] bool answered() const noexcept { return answered_.load(); }

  static void cancel_on(const std::shared_ptr<state>& self, const std::stop_token& stop) {
    // The stop callback must not keep the waiter alive.
    self->stop_ = std::make_unique<stop_callback>(stop, [weak = std::weak_ptr{self}] {
      if (const auto waiting = weak.lock()) {
        waiting->answer(fail(errc::cancelled, "the caller canceled the request"));
      }
    });
  }

 private:
  std::atomic<bool> answered_ = false;
  completion complete_;
  std::shared_ptr<const std::atomic<bool>> closing_;
  // Allocated separately: few waiters have one, and a million may wait.
  std::unique_ptr<stop_callback> stop_;
};

token_waiter::token_waiter(completion complete, std::shared_ptr<const std::atomic<bool>> closing)
    : state_(std::make_shared<state>(std::move(complete), std::move(closing))) {}

void token_waiter::cancel_on(const std::stop_token& stop) const { state::cancel_on(state_, stop); }

bool token_waiter::answer(expected<access_token> outcome) const noexcept {
  return state_ != nullptr && state_->answer(std::move(outcome));
}

bool token_waiter::answered() const noexcept { return state_ == nullptr || state_->answered(); }

void token_waiter::complete(const completion& done, expected<access_token> outcome) noexcept {
  if (!done) {
    return;
  }
  ++completions_on_this_thread;
  done(std::move(outcome));
  --completions_on_this_thread;
}

bool token_waiter::inside_completion() noexcept { return completions_on_this_thread != 0; }

std::string to_string(const token_waiter& waiter) {
  return waiter.answered() ? "token_waiter(answered)" : "token_waiter(waiting)";
}

}  // namespace midas::internal
