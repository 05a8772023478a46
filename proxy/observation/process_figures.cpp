#include "proxy/observation/process_figures.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <memory>
#include <string>

namespace midas::internal::proxy {

namespace {

// Files of /proc are read in one piece each; they have no size.
std::string read_proc_file(const char* path) {
  std::string result;
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return result;
  }
  std::array<char, 4'096> part{};
  for (;;) {
    const auto size = ::read(file, part.data(), part.size());
    if (size <= 0) {
      break;
    }
    result.append(part.data(), static_cast<std::size_t>(size));
  }
  ::close(file);
  return result;
}

std::optional<std::uint64_t> number_at_start(std::string_view text) {
  std::uint64_t result = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), result);
  return failure == std::errc{} && end != text.data() ? std::optional{result} : std::nullopt;
}

// The fields after the name are counted from 3, as in proc(5).
std::optional<std::uint64_t> field_after_name(std::string_view fields, int number) {
  for (int at = 3; at < number; ++at) {
    const auto space = fields.find(' ');
    if (space == std::string_view::npos) {
      return std::nullopt;
    }
    fields.remove_prefix(space + 1);
  }
  return number_at_start(fields);
}

std::optional<std::uint64_t> count_open_fds() {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory{::opendir("/proc/self/fd"), &::closedir};
  if (directory == nullptr) {
    return std::nullopt;
  }
  std::uint64_t count = 0;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else reads this directory stream
  while (const auto* entry = ::readdir(directory.get())) {
    count += entry->d_name[0] != '.' ? 1U : 0U;
  }
  // Without the descriptor of the directory itself.
  return count - 1;
}

double seconds_of(clockid_t clock) {
  timespec now{};
  return ::clock_gettime(clock, &now) == 0
             ? static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9
             : 0;
}

/// Since 1970. /proc/stat, which knows when the machine was started, may be hidden.
double start_time(const process_stat& stat) {
  const auto since_boot =
      static_cast<double>(stat.start_ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  return seconds_of(CLOCK_REALTIME) - (seconds_of(CLOCK_BOOTTIME) - since_boot);
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

std::optional<process_stat> parse_process_stat(std::string_view text) {
  const auto end_of_name = text.rfind(") ");
  if (end_of_name == std::string_view::npos) {
    return std::nullopt;
  }
  const auto fields = text.substr(end_of_name + 2);
  const auto threads = field_after_name(fields, 20);
  const auto start = field_after_name(fields, 22);
  const auto pages = field_after_name(fields, 24);
  if (!threads || !start || !pages) {
    return std::nullopt;
  }
  return process_stat{*threads, *start, *pages};
}

process_figures read_process_figures() {
  process_figures result;
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) {
    result.cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  }
  if (const auto stat = parse_process_stat(read_proc_file("/proc/self/stat"))) {
    result.threads = stat->threads;
    result.resident_bytes =
        stat->resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    // Once: a clock that is set later must not look like a restart.
    static const double start = start_time(*stat);
    result.start_time_seconds = start;
  }
  result.open_fds = count_open_fds();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    result.max_fds = limit.rlim_cur;
  }
  return result;
}

}  // namespace midas::internal::proxy
