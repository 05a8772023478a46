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

void run_control::watch(const std::stop_token& stop) {
  std::jthread ending;
  while (!stop.stop_requested()) {
    const auto signal = signals_.wait_for(100ms);
    if (signal != 0 && is_interrupted_.exchange(true)) {
      end_process(signal);
    } else if (signal != 0) {
      ending = std::jthread{[this] { interrupt(); }};
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
