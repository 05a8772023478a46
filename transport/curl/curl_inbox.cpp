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

void curl_inbox::wait(batch& to, const wait_limit& limit) {
  to.starts.clear();
  to.cancels.clear();
  std::unique_lock lock{mutex_};
  if (!has_arrivals()) {
    if (limit.multi != nullptr) {
      wait_for_transfers(lock, limit);
    } else {
      wait_for_jobs(lock, limit.time);
    }
  }
  waiting_ = waiting::no;
  to.closed = arrivals_.closed;
  std::swap(to.starts, arrivals_.starts);
  std::swap(to.cancels, arrivals_.cancels);
}

void curl_inbox::wait_for_transfers(std::unique_lock<std::mutex>& lock, const wait_limit& limit) {
  waiting_ = waiting::for_jobs_or_transfers;
  multi_ = limit.multi;
  lock.unlock();
  const auto code = curl_multi_poll(limit.multi, nullptr, 0,
                                    static_cast<int>(limit.time.value().count()), nullptr);
  lock.lock();
  if (code != CURLM_OK) {
    // The poll may have failed without waiting; do not let the loop spin.
    wait_for_jobs(lock, std::chrono::milliseconds{10});
  }
}

void curl_inbox::wait_for_jobs(std::unique_lock<std::mutex>& lock,
                               std::optional<std::chrono::milliseconds> time) {
  waiting_ = waiting::for_jobs;
  const auto arrived = [this] { return has_arrivals(); };
  if (time) {
    arrived_.wait_for(lock, *time, arrived);
  } else {
    arrived_.wait(lock, arrived);
  }
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
