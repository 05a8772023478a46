#include "tools/load/machine.hpp"

#include <fmt/format.h>

#include <sys/utsname.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <string_view>
#include <thread>

namespace midas::internal::tools {

namespace {

// The value of the first line of a file that begins with `label` and a colon. Empty if there is
// none.
std::string labeled_value(const char* file, std::string_view label) {
  std::ifstream lines{file};
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(':');
    if (line.starts_with(label) && colon != std::string::npos) {
      const auto begin = line.find_first_not_of(" \t", colon + 1);
      return begin == std::string::npos ? std::string{} : line.substr(begin);
    }
  }
  return {};
}

}  // namespace

machine_facts this_machine() {
  machine_facts result;
  utsname names{};
  if (uname(&names) == 0) {
    result.name = names.nodename;
    result.system = fmt::format("{} {} {}", names.sysname, names.release, names.machine);
  }
  result.processor = labeled_value("/proc/cpuinfo", "model name");
  result.processors = std::thread::hardware_concurrency();
  const auto pages = sysconf(_SC_PHYS_PAGES);
  const auto page = sysconf(_SC_PAGESIZE);
  if (pages > 0 && page > 0) {
    result.memory_bytes = static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page);
  }
  return result;
}

std::uint64_t available_memory_bytes() {
  const auto text = labeled_value("/proc/meminfo", "MemAvailable");
  std::uint64_t kilobytes = 0;
  std::from_chars(text.data(), text.data() + text.size(), kilobytes);
  return kilobytes * 1024;
}

}  // namespace midas::internal::tools
