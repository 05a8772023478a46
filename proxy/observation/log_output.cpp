#include "proxy/observation/log_output.hpp"

#include "messages/make_error.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <system_error>

namespace midas::internal::proxy {

namespace {

constexpr int poll_milliseconds = 100;

unexpected not_opened(const std::string& path) {
  const auto reason = std::error_code{errno, std::generic_category()}.message();
  return fail(errc::invalid_configuration,
              "the access log " + quoted_start(path) + " cannot be opened: " + reason,
              "Name a file in a directory that this user may write to, or - for standard output");
}

}  // namespace

expected<log_output> log_output::open(const std::string& path) {
  if (path == "-") {
    const int copy = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    if (copy < 0) {
      return not_opened(path);
    }
    return log_output{copy};
  }
  // Nonblocking, because a FIFO without a reader would block.
  constexpr mode_t mode = 0640;
  const int file =
      ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, mode);
  if (file < 0) {
    return not_opened(path);
  }
  return log_output{file};
}

log_output::log_output(int file) : file_(file) {
  struct stat facts {};
  if (::fstat(file, &facts) == 0) {
    kind_ = S_ISREG(facts.st_mode)    ? kind::regular
            : S_ISSOCK(facts.st_mode) ? kind::socket
                                      : kind::other;
  }
}

log_output& log_output::operator=(log_output&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(kind_, other.kind_);
  return *this;
}

log_output::~log_output() {
  if (file_ >= 0) {
    ::close(file_);
  }
}

bool log_output::wait_for_room(const std::function<bool()>& gives_up) const {
  for (;;) {
    pollfd waiting{file_, POLLOUT, 0};
    const int ready = ::poll(&waiting, 1, poll_milliseconds);
    if (ready > 0) {
      // If the reader has gone, write() says so.
      return true;
    }
    if ((ready < 0 && errno != EINTR) || gives_up()) {
      return false;
    }
  }
}

long log_output::write_part(std::string_view part) const {
  return kind_ == kind::socket
             ? ::send(file_, part.data(), part.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
             : ::write(file_, part.data(), part.size());
}

std::size_t log_output::write(std::string_view text, const std::function<bool()>& gives_up) {
  std::size_t written = 0;
  while (written < text.size()) {
    if (kind_ != kind::regular && !wait_for_room(gives_up)) {
      break;
    }
    // A pipe that is ready takes that many bytes without blocking, also if standard output blocks.
    const auto size =
        write_part(text.substr(written, kind_ == kind::regular ? text.size() : PIPE_BUF));
    if (size > 0) {
      written += static_cast<std::size_t>(size);
    } else if (size == 0 || (errno != EINTR && errno != EAGAIN)) {
      break;
    }
  }
  return written;
}

}  // namespace midas::internal::proxy
