#include "service/store_thread.hpp"

#include "messages/background_thread.hpp"

#include <condition_variable>
#include <deque>
#include <system_error>
#include <utility>

namespace midas::internal {

struct store_thread::jobs {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void()>> waiting;
  bool closed = false;
  bool ended = false;

  bool push(std::function<void()> job) {
    const std::lock_guard lock{mutex};
    if (closed) {
      return false;
    }
    waiting.push_back(std::move(job));
    changed.notify_all();
    return true;
  }

  // Returns the jobs that do not run.
  std::deque<std::function<void()>> close() {
    const std::lock_guard lock{mutex};
    closed = true;
    changed.notify_all();
    return std::exchange(waiting, {});
  }

  void run_all() {
    std::unique_lock lock{mutex};
    for (;;) {
      changed.wait(lock, [this] { return closed || !waiting.empty(); });
      if (closed) {
        break;
      }
      auto job = std::move(waiting.front());
      waiting.pop_front();
      lock.unlock();
      job();
      // Destroyed before the lock is taken again.
      job = nullptr;
      lock.lock();
    }
    ended = true;
    changed.notify_all();
  }

  // False if the thread still runs a job at `deadline`.
  bool wait_for_end(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock{mutex};
    return changed.wait_until(lock, deadline, [this] { return ended; });
  }
};

store_thread::store_thread() : jobs_(std::make_shared<jobs>()) {}

store_thread::~store_thread() { stop(std::chrono::steady_clock::now()); }

bool store_thread::run(std::function<void()> job) { return start() && jobs_->push(std::move(job)); }

bool store_thread::start() {
  const std::lock_guard lock{thread_mutex_};
  if (thread_.joinable()) {
    return true;
  }
  try {
    thread_ = std::thread{[jobs = jobs_] {
      prepare_background_thread("midas-store");
      jobs->run_all();
    }};
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

void store_thread::stop(std::chrono::steady_clock::time_point deadline) {
  const auto unwanted = jobs_->close();
  const std::lock_guard lock{thread_mutex_};
  if (!thread_.joinable()) {
    return;
  }
  // The last job may own this object.
  if (thread_.get_id() != std::this_thread::get_id() && jobs_->wait_for_end(deadline)) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

}  // namespace midas::internal
