// What the kernel says of this process, for the metrics process_*.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace midas::internal::proxy {

/// Empty members could not be read.
struct process_figures {
  double cpu_seconds = 0;
  std::optional<std::uint64_t> resident_bytes{};
  std::optional<std::uint64_t> open_fds{};
  std::optional<std::uint64_t> max_fds{};
  std::optional<std::uint64_t> threads{};
  /// Since 1970.
  std::optional<double> start_time_seconds{};
};

/// A few members of /proc/PID/stat.
struct process_stat {
  std::uint64_t threads = 0;
  /// In clock ticks since the boot.
  std::uint64_t start_ticks = 0;
  std::uint64_t resident_pages = 0;
};

/// Reads the text of /proc/PID/stat, in which the name of the program may contain anything. Empty
/// if it is not one.
[[nodiscard]] std::optional<process_stat> parse_process_stat(std::string_view text);

/// Reads them now. Any thread. Needs neither the permission to dump the process nor more of /proc
/// than processes have there (ProcSubset=pid of systemd).
[[nodiscard]] process_figures read_process_figures();

}  // namespace midas::internal::proxy
