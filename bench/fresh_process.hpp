// Measuring memory where nothing has used any before.
#pragma once

#include <fmt/format.h>

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <type_traits>

namespace midas::internal::bench {

/// Runs the function in a copy of this process, and returns what it finds: a struct of numbers.
/// There must be no other thread here. Ends the program when the copy fails.
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
    const auto found = function();
    // Without destructors: what the parent has begun is the parent's to end.
    std::_Exit(::write(ends[1], &found, sizeof found) == sizeof found ? 0 : 1);
  }
  ::close(ends[1]);
  result_type found{};
  const bool is_whole = ::read(ends[0], &found, sizeof found) == sizeof found;
  ::close(ends[0]);
  int status = 0;
  ::waitpid(process, &status, 0);
  if (!is_whole || status != 0) {
    fmt::print(stderr, "a measurement failed\n");
    std::exit(1);
  }
  return found;
}

/// What is allocated and not freed, in bytes, of all threads.
inline double bytes_in_use() {
  const auto info = ::mallinfo2();
  return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
}

}  // namespace midas::internal::bench
