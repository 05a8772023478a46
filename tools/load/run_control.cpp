#include "tools/load/run_control.hpp"

#include <pthread.h>

#include <chrono>

namespace midas::internal::tools {

namespace {

using namespace std::chrono_literals;

void end_process(int signal) {
  static_cast<void>(::signal(signal, SIG_DFL));
  sigset_t only{};
  sigemptyset(&only);
  sigaddset(&only, signal);
  pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  static_cast<void>(::raise(signal));
}

}  // namespace

run_control::run_control() : watcher_([this](const std::stop_token& stop) { watch(stop); }) {}

run_control::phase_in_progress::phase_in_progress(run_control& control, phase& now,
                                                  token_service& service)
    : control_(control) {
  const std::lock_guard lock{control_.mutex_};
  control_.phase_ = &now;
  control_.service_ = &service;
  if (control_.is_interrupted_) {
    now.stop();
  }
}

run_control::phase_in_progress::~phase_in_progress() {
  const std::lock_guard lock{control_.mutex_};
  control_.phase_ = nullptr;
  control_.service_ = nullptr;
}

bool run_control::finish() {
  watcher_.request_stop();
  if (watcher_.joinable()) {
    watcher_.join();
  }
  return is_interrupted_;
}

void run_control::watch(const std::stop_token& stop) {
  // timeout(1) sends its signal twice: to the process, and to its group.
  constexpr auto same_signal = 500ms;
  std::jthread ending;
  std::chrono::steady_clock::time_point first{};
  while (!stop.stop_requested()) {
    const auto signal = signals_.wait_for(100ms);
    const auto now = std::chrono::steady_clock::now();
    if (signal != 0 && !is_interrupted_.exchange(true)) {
      first = now;
      ending = std::jthread{[this] { interrupt(); }};
    } else if (signal != 0 && now - first >= same_signal) {
      end_process(signal);
    }
  }
}

void run_control::interrupt() {
  const std::lock_guard lock{mutex_};
  if (phase_ != nullptr) {
    phase_->stop();
    if (!phase_->wait_for(1s)) {
      service_->shutdown();
    }
  }
}

}  // namespace midas::internal::tools
