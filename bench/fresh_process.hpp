// Measures memory in a new process, which has not allocated any before.
#pragma once

#include <fmt/format.h>

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <type_traits>

namespace midas::internal::bench {

/// Runs the function in a forked process and returns its result, a trivially copyable struct. No
/// other thread may exist. Exits the program if the forked process fails.
template <class Function>
auto in_fresh_process(Function function) {
  using result_type = decltype(function());
  static_assert(std::is_trivially_copyable_v<result_type>);
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) {
    std::perror("pipe");
    std::exit(1);
  }
  const auto process = ::fork();
  if (process == 0) {
    const auto result = function();
    // Without running destructors of objects that the parent owns.
    std::_Exit(::write(ends[1], &result, sizeof result) == sizeof result ? 0 : 1);
  }
  ::close(ends[1]);
  result_type result{};
  const bool is_whole = ::read(ends[0], &result, sizeof result) == sizeof result;
  ::close(ends[0]);
  int status = 0;
  ::waitpid(process, &status, 0);
  if (!is_whole || status != 0) {
    fmt::print(stderr, "a measurement failed\n");
    std::exit(1);
  }
  return result;
}

/// The resident bytes of the pages that core dumps leave out, where secrets are.
inline double bytes_in_undumped_pages() {
  std::ifstream mappings{"/proc/self/smaps"};
  double result = 0;
  double resident = 0;
  for (std::string line; std::getline(mappings, line);) {
    std::istringstream words{line};
    std::string name;
    words >> name;
    if (name == "Rss:") {
      words >> resident;
    } else if (name == "VmFlags:" && line.find(" dd") != std::string::npos) {
      result += 1'024 * resident;
    }
  }
  return result;
}

/// Bytes that all threads have allocated and not freed.
inline double bytes_in_use() {
  const auto info = ::mallinfo2();
  return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd) +
         bytes_in_undumped_pages();
}

}  // namespace midas::internal::bench
