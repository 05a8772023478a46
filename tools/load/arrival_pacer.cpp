#include "tools/load/arrival_pacer.hpp"

#if defined(__linux__)
#include <sys/prctl.h>
#endif

#include <utility>
#include <vector>

namespace midas::internal::tools {

namespace {

// By default, Linux wakes threads up to 50 us late.
void wake_in_time() {
#if defined(__linux__)
  (void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
#endif
}

}  // namespace

arrival_pacer::~arrival_pacer() {
  stop();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void arrival_pacer::start(clock::time_point begin) {
  begin_ = begin;
  thread_ = std::thread{[this] { run(); }};
}

// With the mutex locked.
std::optional<arrival_pacer::clock::time_point> arrival_pacer::claim() {
  if (is_stopped_ || next_ == schedule_.size()) {
    return std::nullopt;
  }
  return begin_ + schedule_.at(next_++);
}

void arrival_pacer::take_turn(turn_function turn) {
  std::unique_lock lock{mutex_};
  const auto time = claim();
  if (!time || *time <= clock::now()) {
    lock.unlock();
    turn(time);
    return;
  }
  waiting_.push_back({*time, std::move(turn)});
  if (waiting_.size() == 1) {
    lock.unlock();
    changed_.notify_all();
  }
}

std::optional<arrival_pacer::clock::time_point> arrival_pacer::wait_for_turn() {
  // Per thread; the threads that call this are those of the callers.
  thread_local const bool once = (wake_in_time(), true);
  (void)once;
  std::unique_lock lock{mutex_};
  const auto time = claim();
  if (time) {
    changed_.wait_until(lock, *time, [this] { return is_stopped_; });
  }
  return is_stopped_ ? std::nullopt : time;
}

void arrival_pacer::stop() {
  {
    const std::lock_guard lock{mutex_};
    is_stopped_ = true;
  }
  changed_.notify_all();
}

void arrival_pacer::run() {
  wake_in_time();
  std::vector<waiting_turn> due;
  std::unique_lock lock{mutex_};
  while (true) {
    if (is_stopped_) {
      break;
    }
    if (waiting_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const auto now = clock::now();
    while (!waiting_.empty() && waiting_.front().time <= now) {
      due.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    if (due.empty()) {
      changed_.wait_until(lock, waiting_.front().time);
      continue;
    }
    lock.unlock();
    for (auto& each : due) {
      each.turn(each.time);
    }
    due.clear();
    lock.lock();
  }
  const auto rest = std::exchange(waiting_, {});
  lock.unlock();
  for (const auto& each : rest) {
    each.turn(std::nullopt);
  }
}

}  // namespace midas::internal::tools
