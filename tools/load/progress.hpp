// A line on the terminal that says how far a load run has come; silent where there is no terminal.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace midas::internal::tools {

/// Shows `line()` on standard error, anew five times a second, until it is destroyed.
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
