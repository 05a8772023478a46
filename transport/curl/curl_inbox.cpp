#include "transport/curl/curl_inbox.hpp"

#include <chrono>
#include <utility>

namespace midas::internal {

bool curl_inbox::push(curl_job& job) {
  const std::lock_guard lock{mutex_};
  job.id = ++last_id_;
  if (jobs_.closed) {
    return false;
  }
  jobs_.starts.push_back(std::move(job));
  ++accepted_;
  wake();
  return true;
}

void curl_inbox::cancel(std::uint64_t id) {
  const std::lock_guard lock{mutex_};
  if (!jobs_.closed) {
    jobs_.cancels.push_back(id);
    wake();
  }
}

void curl_inbox::close() {
  const std::lock_guard lock{mutex_};
  jobs_.closed = true;
  wake();
}

std::uint64_t curl_inbox::accepted() const {
  const std::lock_guard lock{mutex_};
  return accepted_;
}

void curl_inbox::wait(curl_jobs& jobs, std::optional<std::chrono::milliseconds> max_poll) {
  jobs.starts.clear();
  jobs.cancels.clear();
  std::unique_lock lock{mutex_};
  if (!has_jobs() && max_poll) {
    waiting_ = waiting::for_jobs_or_transfers;
    lock.unlock();
    const auto code =
        curl_multi_poll(multi_, nullptr, 0, static_cast<int>(max_poll->count()), nullptr);
    lock.lock();
    if (code != CURLM_OK) {
      // It did not wait, and the loop must not spin for that.
      waiting_ = waiting::for_jobs;
      jobs_came_.wait_for(lock, std::chrono::milliseconds{10}, [this] { return has_jobs(); });
    }
  } else if (!has_jobs()) {
    waiting_ = waiting::for_jobs;
    jobs_came_.wait(lock, [this] { return has_jobs(); });
  }
  waiting_ = waiting::no;
  jobs.closed = jobs_.closed;
  std::swap(jobs.starts, jobs_.starts);
  std::swap(jobs.cancels, jobs_.cancels);
}

// Under the lock, so that the thread cannot fall asleep in between, nor the handle be gone. The
// first one wakes: the thread looks at everything that came until it holds the lock again.
void curl_inbox::wake() {
  switch (std::exchange(waiting_, waiting::no)) {
    case waiting::no:
      break;
    case waiting::for_jobs:
      jobs_came_.notify_one();
      break;
    case waiting::for_jobs_or_transfers:
      curl_multi_wakeup(multi_);
      break;
  }
}

bool curl_inbox::has_jobs() const noexcept {
  return jobs_.closed || !jobs_.starts.empty() || !jobs_.cancels.empty();
}

}  // namespace midas::internal
