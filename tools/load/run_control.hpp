// Ends a load run early when a signal arrives.
#pragma once

#include "tools/load/phase.hpp"
#include "tools/stop_signals.hpp"
#include <midas/token_service.hpp>

#include <atomic>
#include <mutex>
#include <stop_token>
#include <thread>

namespace midas::internal::tools {

/// SIGINT, SIGTERM and SIGHUP end the phase in progress, and what callers still wait for a second
/// later; another one, half a second after the first or later, ends the process. To be made before
/// any other thread, so that all of them block the signals.
class run_control {
 public:
  run_control();
  run_control(const run_control&) = delete;
  run_control& operator=(const run_control&) = delete;

  /// While it exists, a signal ends that phase, in which callers wait for that service.
  class phase_in_progress {
   public:
    phase_in_progress(run_control& control, phase& now, token_service& service);
    phase_in_progress(const phase_in_progress&) = delete;
    phase_in_progress& operator=(const phase_in_progress&) = delete;
    ~phase_in_progress();

   private:
    run_control& control_;
  };

  [[nodiscard]] bool is_interrupted() const noexcept { return is_interrupted_; }

  /// Ends the watch, and returns whether a signal has arrived. One that arrives later stays
  /// blocked, for the next run_control. Not while there is a phase in progress.
  [[nodiscard]] bool finish();

 private:
  void watch(const std::stop_token& stop);
  void interrupt();

  stop_signals signals_;
  std::atomic<bool> is_interrupted_ = false;
  std::mutex mutex_;
  phase* phase_ = nullptr;
  token_service* service_ = nullptr;
  std::jthread watcher_;
};

}  // namespace midas::internal::tools
