#include "tools/load/phase.hpp"

namespace midas::internal::tools {

void phase::begin() { began_ = clock::now(); }

bool phase::answered(clock::time_point requested_at, const expected<access_token>& outcome) {
  const auto now = clock::now();
  if (outcome) {
    latencies_.record(now - requested_at);
  } else if (errors_++ == 0) {
    const std::lock_guard lock{mutex_};
    first_error_ = outcome.error();
  }
  if (now < began_ + duration_) {
    return true;
  }
  if (--unfinished_ == 0) {
    const std::lock_guard lock{mutex_};
    ended_ = now;
    is_finished_ = true;
    finished_.notify_all();
  }
  return false;
}

void phase::wait() {
  std::unique_lock lock{mutex_};
  finished_.wait(lock, [this] { return is_finished_; });
}

std::optional<error> phase::first_error() const {
  const std::lock_guard lock{mutex_};
  return first_error_;
}

}  // namespace midas::internal::tools
