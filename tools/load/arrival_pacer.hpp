// Gives the callers of an open load model their turns.
#pragma once

#include "tools/load/arrival_schedule.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace midas::internal::tools {

/// Each turn is a request of the schedule. A caller that is free takes the next turn, and waits for
/// its time; if that has passed, because all callers were busy, its turn is now. Thread-safe.
class arrival_pacer {
 public:
  using clock = std::chrono::steady_clock;
  /// Called with the time for which the request was scheduled, or with nothing if there is no
  /// request left.
  using turn_function = std::function<void(std::optional<clock::time_point>)>;

  explicit arrival_pacer(arrival_schedule schedule) : schedule_(std::move(schedule)) {}
  arrival_pacer(const arrival_pacer&) = delete;
  arrival_pacer& operator=(const arrival_pacer&) = delete;
  /// Calls stop().
  ~arrival_pacer();

  /// The schedule begins at `begin`. To be called before any other function.
  void start(clock::time_point begin);

  /// Calls `turn` once, at its time: in this function, or on the pacer's thread, which it must not
  /// block.
  void take_turn(turn_function turn);

  /// Blocks until the turn, and returns what take_turn() would call `turn` with.
  std::optional<clock::time_point> wait_for_turn();

  /// No request is left, not even for the callers that wait.
  void stop();

  [[nodiscard]] const arrival_schedule& schedule() const noexcept { return schedule_; }

 private:
  struct waiting_turn {
    clock::time_point time;
    turn_function turn;
  };

  [[nodiscard]] std::optional<clock::time_point> claim();
  void run();

  const arrival_schedule schedule_;
  clock::time_point begin_{};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t next_ = 0;
  bool is_stopped_ = false;
  // Turns are taken in the order of their times.
  std::deque<waiting_turn> waiting_;
  std::thread thread_;
};

}  // namespace midas::internal::tools
