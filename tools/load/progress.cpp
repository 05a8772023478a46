#include "tools/load/progress.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdio>
#include <utility>

namespace midas::internal::tools {

namespace {

constexpr std::chrono::milliseconds interval{200};
constexpr const char* clear_line = "\r\x1b[K";

}  // namespace

progress::progress(std::function<std::string()> line) : line_(std::move(line)) {
  if (isatty(STDERR_FILENO) != 0) {
    thread_ = std::thread{[this] { show(); }};
  }
}

progress::~progress() {
  if (!thread_.joinable()) {
    return;
  }
  {
    const std::lock_guard lock{mutex_};
    is_stopped_ = true;
  }
  stopped_.notify_all();
  thread_.join();
  fmt::print(stderr, "{}", clear_line);
}

void progress::show() {
  std::unique_lock lock{mutex_};
  while (!stopped_.wait_for(lock, interval, [this] { return is_stopped_; })) {
    fmt::print(stderr, "{}{}", clear_line, line_());
    (void)std::fflush(stderr);
  }
}

}  // namespace midas::internal::tools
