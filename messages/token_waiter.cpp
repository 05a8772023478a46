#include "messages/token_waiter.hpp"

#include "messages/caller_errors.hpp"
#include "messages/no_wait_scope.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace midas::internal {

class token_waiter::state : public open_waiters::links {
 public:
  using stop_callback = std::stop_callback<std::function<void()>>;

  state(completion complete, std::shared_ptr<open_waiters> service)
      : complete_(std::move(complete)), service_(std::move(service)) {
    if (service_ != nullptr) {
      service_->add(*this);
    }
  }
  state(const state&) = delete;
  state& operator=(const state&) = delete;

  ~state() {
    stop_.reset();
    if (answered()) {
      return;
    }
    if (service_ != nullptr && service_->closed()) {
      answer(unexpected{shutting_down_error()});
    } else {
      answer(unexpected{actor_terminated_error()});
    }
  }

  void hold() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }

  // False if the last reference has been released.
  bool hold_if_alive() noexcept {
    auto count = references_.load(std::memory_order_relaxed);
    while (count != 0) {
      if (references_.compare_exchange_weak(count, count + 1, std::memory_order_relaxed)) {
        return true;
      }
    }
    return false;
  }

  void release() noexcept {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      delete this;
    }
  }

  bool answer(expected<access_token> outcome) noexcept {
    if (answered_.exchange(true)) {
      return false;
    }
    {
      // The completion and its captures are destroyed now, not with the last copy of the waiter.
      const no_wait_scope scope;
      const auto complete = std::exchange(complete_, nullptr);
      if (complete) {
        complete(std::move(outcome));
      }
    }
    if (service_ != nullptr) {
      service_->remove(*this);
    }
    return true;
  }

  [[nodiscard]] bool answered() const noexcept { return answered_.load(); }

  void cancel_on(const std::stop_token& stop, const std::function<void()>& then) {
    // The stop callback must not keep the waiter alive. It ends before the waiter's memory does.
    stop_ = std::make_unique<stop_callback>(stop, [this, then] {
      if (hold_if_alive()) {
        // This callback may be destroyed with the waiter.
        const auto after = then;
        answer(unexpected{cancelled_error()});
        release();
        if (after) {
          after();
        }
      }
    });
  }

 private:
  std::atomic<std::uint32_t> references_ = 1;
  std::atomic<bool> answered_ = false;
  completion complete_;
  std::shared_ptr<open_waiters> service_;
  // Allocated separately: few waiters have one, and a million may wait.
  std::unique_ptr<stop_callback> stop_;
};

token_waiter::token_waiter(completion complete, std::shared_ptr<open_waiters> service)
    : state_(new state(std::move(complete), std::move(service))) {}

token_waiter::token_waiter(const token_waiter& other) noexcept : state_(other.state_) {
  if (state_ != nullptr) {
    state_->hold();
  }
}

token_waiter::~token_waiter() {
  if (state_ != nullptr) {
    state_->release();
  }
}

std::optional<token_waiter> token_waiter::unanswered(open_waiters::links& links) noexcept {
  auto& found = static_cast<state&>(links);
  if (found.answered() || !found.hold_if_alive()) {
    return std::nullopt;
  }
  return token_waiter{&found};
}

void token_waiter::cancel_on(const std::stop_token& stop, const std::function<void()>& then) const {
  state_->cancel_on(stop, then);
}

bool token_waiter::answer(expected<access_token> outcome) const noexcept {
  return state_ != nullptr && state_->answer(std::move(outcome));
}

bool token_waiter::answered() const noexcept { return state_ == nullptr || state_->answered(); }

void token_waiter::complete(const completion& done, expected<access_token> outcome) noexcept {
  if (done) {
    const no_wait_scope scope;
    done(std::move(outcome));
  }
}

std::string to_string(const token_waiter& waiter) {
  return waiter.answered() ? "token_waiter(answered)" : "token_waiter(waiting)";
}

}  // namespace midas::internal
