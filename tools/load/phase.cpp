#include "tools/load/phase.hpp"

#include "tools/exit_code.hpp"

#include <algorithm>
#include <utility>

namespace midas::internal::tools {

phase::phase(std::size_t callers, arrival_schedule schedule)
    : duration_(schedule.length()),
      service_times_(std::in_place),
      unfinished_(callers),
      pacer_(std::in_place, std::move(schedule)) {}

void phase::begin() {
  began_ = clock::now();
  deadline_ = (began_ + duration_).time_since_epoch().count();
  // It may have been stopped before it began.
  if (is_stopped_) {
    deadline_ = 0;
  }
  if (pacer_) {
    pacer_->start(began_);
  }
}

bool phase::answered(const caller_turn& turn, const expected<access_token>& outcome) {
  const auto now = clock::now();
  if (outcome) {
    record(turn, now, *outcome);
  } else {
    record(turn, now, outcome.error());
  }
  if (pacer_ || now.time_since_epoch().count() < deadline_.load(std::memory_order_relaxed)) {
    return true;
  }
  finish_caller();
  return false;
}

void phase::finish_caller() {
  if (--unfinished_ == 0) {
    const std::lock_guard lock{mutex_};
    ended_ = clock::now();
    is_finished_ = true;
    finished_.notify_all();
  }
}

void phase::record(const caller_turn& turn, clock::time_point now, const access_token& token) {
  latencies_.record(now - turn.scheduled);
  if (token.source() != token_source::cache) {
    cache_misses_.fetch_add(1, std::memory_order_relaxed);
  }
  if (pacer_) {
    service_times_->record(now - turn.started);
    missed_.fetch_add(is_missed(turn) ? 1 : 0, std::memory_order_relaxed);
  }
}

void phase::record(const caller_turn& turn, clock::time_point now, const error& failure) {
  if (is_stopped_ && (failure.code == errc::shutting_down || failure.code == errc::cancelled ||
                      failure.code == errc::actor_terminated)) {
    return;
  }
  failures_with(failure.code).record(now - turn.scheduled);
  missed_.fetch_add(is_missed(turn) ? 1 : 0, std::memory_order_relaxed);
  if (errors_++ == 0) {
    const std::lock_guard lock{mutex_};
    first_error_ = failure;
  }
  // Every other request would fail as well, and nothing was sent.
  if (exit_code_of(failure.code) == bad_usage) {
    stop();
  }
}

latency_recorder& phase::failures_with(errc code) {
  auto& slot = failures_[std::min(static_cast<std::size_t>(code), max_codes - 1)];
  if (auto* const existing = slot.load(std::memory_order_acquire)) {
    return *existing;
  }
  const std::lock_guard lock{mutex_};
  auto& made = failure_recorders_[code];
  slot.store(&made, std::memory_order_release);
  return made;
}

void phase::stop() {
  is_stopped_ = true;
  deadline_ = 0;
  if (pacer_) {
    pacer_->stop();
  }
}

void phase::wait() {
  std::unique_lock lock{mutex_};
  finished_.wait(lock, [this] { return is_finished_; });
}

bool phase::wait_for(std::chrono::nanoseconds time) {
  std::unique_lock lock{mutex_};
  return finished_.wait_for(lock, time, [this] { return is_finished_; });
}

std::map<errc, latency_histogram> phase::failures() const {
  const std::lock_guard lock{mutex_};
  std::map<errc, latency_histogram> result;
  for (const auto& [code, recorder] : failure_recorders_) {
    result.emplace(code, recorder.recorded());
  }
  return result;
}

std::optional<error> phase::first_error() const {
  const std::lock_guard lock{mutex_};
  return first_error_;
}

}  // namespace midas::internal::tools
