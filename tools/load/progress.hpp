// The progress line of a load run.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace midas::internal::tools {

/// Prints `line()` on standard error five times a second until it is destroyed. Prints nothing if
/// standard error is not a terminal.
class progress {
 public:
  explicit progress(std::function<std::string()> line);
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;
  ~progress();

 private:
  void show();

  std::function<std::string()> line_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool is_stopped_ = false;
  std::thread thread_;
};

}  // namespace midas::internal::tools
