// A thread that is blocked in get().
#pragma once

#include "service/service_frontend.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace midas::internal::exploration {

/// Thread-safe. The thread is detached, because a call that is never answered must fail its test
/// instead of blocking it.
class blocked_call {
 public:
  static void start(const std::shared_ptr<blocked_call>& call,
                    std::shared_ptr<const detail::service_frontend> frontend, token_request request,
                    std::chrono::nanoseconds timeout) {
    std::thread{[call, frontend = std::move(frontend), request = std::move(request), timeout] {
      call->end(frontend->get(request, timeout, {}));
    }}.detach();
  }

  /// The thread has sent its request.
  void note_sent() {
    const std::lock_guard lock{mutex_};
    sent_ = true;
    changed_.notify_all();
  }

  /// Waits until the request is sent or answered. A call whose message is lost does neither.
  void wait_until_sent() {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, std::chrono::seconds{1}, [this] { return sent_ || outcome_; });
  }

  void wait_until_over() {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, std::chrono::seconds{5}, [this] { return outcome_.has_value(); });
  }

  [[nodiscard]] bool is_over() const {
    const std::lock_guard lock{mutex_};
    return outcome_.has_value();
  }

  /// Only when it is over.
  [[nodiscard]] expected<access_token> outcome() const {
    const std::lock_guard lock{mutex_};
    return *outcome_;
  }

 private:
  void end(expected<access_token> outcome) {
    const std::lock_guard lock{mutex_};
    outcome_ = std::move(outcome);
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool sent_ = false;
  std::optional<expected<access_token>> outcome_;
};

}  // namespace midas::internal::exploration
