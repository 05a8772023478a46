// An application's actor system whose only thread the test can block.
#pragma once

#include "messages/caf_compat.hpp"
#include "tests/support/application_config.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

#include <latch>
#include <utility>

namespace midas::internal::test {

/// A service in a blocked system waits for its actors when it ends: release the thread before.
class one_thread_system {
 public:
  one_thread_system() : system_(one_thread(config_)) {}
  one_thread_system(const one_thread_system&) = delete;
  one_thread_system& operator=(const one_thread_system&) = delete;
  ~one_thread_system() { release(); }

  [[nodiscard]] caf::actor_system& system() noexcept { return system_; }

  /// No other actor runs from the return on until release(). Call at most once.
  void block() {
    std::latch blocked{1};
    system_.spawn(
        [this, &blocked](caf::event_based_actor*, int) {
          blocked.count_down();
          release_.wait();
        },
        0);
    blocked.wait();
  }

  void release() {
    if (!std::exchange(released_, true)) {
      release_.count_down();
    }
  }

 private:
  static application_config& one_thread(application_config& config) {
    caf_compat::configure_threads(config, "stealing", 1);
    return config;
  }

  bool released_ = false;
  std::latch release_{1};
  application_config config_;
  caf::actor_system system_;
};

}  // namespace midas::internal::test
