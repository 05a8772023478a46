// The thread on which a token store is called.
#pragma once

#include "actors/support/call_runner.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace midas::internal {

/// Starts with the first job. If a job hangs, stop() and the destructor leave the thread behind,
/// which ends when the job does.
class store_thread final : public call_runner {
 public:
  store_thread();
  ~store_thread() override;

  bool run(std::function<void()> job) override;
  void stop(std::chrono::steady_clock::time_point deadline) override;

 private:
  struct jobs;

  bool start();

  // Shared with the thread, which may outlive this object.
  const std::shared_ptr<jobs> jobs_;
  std::mutex thread_mutex_;
  std::thread thread_;
};

}  // namespace midas::internal
