#include "tools/load/run_control.hpp"

#include <pthread.h>

#include <chrono>

namespace midas::internal::tools {

namespace {

using namespace std::chrono_literals;

void end_process(int signal) {
  ::signal(signal, SIG_DFL);
  sigset_t only{};
  sigemptyset(&only);
  sigaddset(&only, signal);
  pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  ::raise(signal);
}

}  // namespace

run_control::run_control() : watcher_([this](const std::stop_token& stop) { watch(stop); }) {}

void run_control::begin(phase& now, token_service& service) {
  const std::lock_guard lock{mutex_};
  phase_ = &now;
  service_ = &service;
  if (is_interrupted_) {
    now.stop();
  }
}

void run_control::finish() {
  const std::lock_guard lock{mutex_};
  phase_ = nullptr;
  service_ = nullptr;
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
