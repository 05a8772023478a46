// Measures memory in a new process, which has not allocated any before.
#pragma once

#include <fmt/format.h>

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
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

/// Bytes that all threads have allocated and not freed.
inline double bytes_in_use() {
  const auto info = ::mallinfo2();
  return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
}

}  // namespace midas::internal::bench
