#include "service/stderr_log.hpp"

#include "messages/log_line.hpp"
#include "messages/time_text.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdint>
#include <string>
#include <utility>

namespace midas::internal {

namespace {

// Of all services of the process.
constinit std::atomic<std::uint64_t> dropped = 0;

// A pipe is ready if it has room for PIPE_BUF bytes, and then takes them in one piece. Errors, such
// as a closed reader, are found here, so that no write raises SIGPIPE.
bool is_ready() noexcept {
  pollfd waited{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  return ::poll(&waited, 1, 0) == 1 && waited.revents == POLLOUT;
}

bool try_write(std::string_view line) noexcept {
  std::array<char, PIPE_BUF> text{};
  const auto size = std::min(line.size(), text.size() - 1);
  std::copy_n(line.begin(), size, text.begin());
  text.at(size) = '\n';
  const auto saved = errno;
  const bool written = is_ready() && ::write(STDERR_FILENO, text.data(), size + 1) > 0;
  errno = saved;
  return written;
}

std::string prefixed(event_severity severity, std::string_view line) {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  return utc_text(now).append(" midas ").append(to_string(severity)).append(" ").append(line);
}

}  // namespace

void write_to_stderr(std::string_view line) noexcept {
  if (!try_write(line)) {
    dropped.fetch_add(1, std::memory_order_relaxed);
  }
}

void log_to_stderr(event_severity severity, std::string_view line) {
  if (const auto count = dropped.exchange(0, std::memory_order_relaxed); count != 0) {
    const auto remark = log_line{"log_lines_dropped"}.add("count", count).take();
    if (!try_write(prefixed(event_severity::error, remark))) {
      dropped.fetch_add(count, std::memory_order_relaxed);
    }
  }
  write_to_stderr(prefixed(severity, line));
}

}  // namespace midas::internal
