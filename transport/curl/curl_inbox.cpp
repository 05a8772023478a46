#include "transport/curl/curl_inbox.hpp"

#include <chrono>
#include <utility>

namespace midas::internal {

bool curl_inbox::push(curl_job& job) {
  const std::lock_guard lock{mutex_};
  job.id = ++last_id_;
  if (arrivals_.closed) {
    return false;
  }
  arrivals_.starts.push_back(std::move(job));
  ++accepted_;
  wake();
  return true;
}

void curl_inbox::cancel(std::uint64_t id) {
  const std::lock_guard lock{mutex_};
  if (!arrivals_.closed) {
    arrivals_.cancels.push_back(id);
    wake();
  }
}

void curl_inbox::close() {
  const std::lock_guard lock{mutex_};
  arrivals_.closed = true;
  wake();
}

std::uint64_t curl_inbox::accepted() const {
  const std::lock_guard lock{mutex_};
  return accepted_;
}

void curl_inbox::wait(batch& to, std::optional<std::chrono::milliseconds> max_poll) {
  to.starts.clear();
  to.cancels.clear();
  std::unique_lock lock{mutex_};
  if (!has_arrivals() && max_poll) {
    waiting_ = waiting::for_jobs_or_transfers;
    lock.unlock();
    const auto code =
        curl_multi_poll(multi_, nullptr, 0, static_cast<int>(max_poll->count()), nullptr);
    lock.lock();
    if (code != CURLM_OK) {
      // The poll may have failed without waiting; do not let the loop spin.
      waiting_ = waiting::for_jobs;
      arrived_.wait_for(lock, std::chrono::milliseconds{10}, [this] { return has_arrivals(); });
    }
  } else if (!has_arrivals()) {
    waiting_ = waiting::for_jobs;
    arrived_.wait(lock, [this] { return has_arrivals(); });
  }
  waiting_ = waiting::no;
  to.closed = arrivals_.closed;
  std::swap(to.starts, arrivals_.starts);
  std::swap(to.cancels, arrivals_.cancels);
}

// Runs under the lock, so that the loop's thread cannot begin to wait, or close the handle, in
// between. Only the first arrival wakes the thread: it takes everything that has arrived by the
// time it holds the lock again.
void curl_inbox::wake() {
  switch (std::exchange(waiting_, waiting::no)) {
    case waiting::no:
      break;
    case waiting::for_jobs:
      arrived_.notify_one();
      break;
    case waiting::for_jobs_or_transfers:
      curl_multi_wakeup(multi_);
      break;
  }
}

bool curl_inbox::has_arrivals() const noexcept {
  return arrivals_.closed || !arrivals_.starts.empty() || !arrivals_.cancels.empty();
}

}  // namespace midas::internal
