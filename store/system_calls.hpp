// What the sources that call the system share: a descriptor that closes itself, retries after a
// signal, and errors.
#pragma once

#include "messages/descriptor.hpp"
#include <midas/error.hpp>

#include <cerrno>
#include <string_view>

namespace midas::internal {

/// Repeats a system call that a signal has interrupted.
template <class Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result == -1 && errno == EINTR) {
    result = call();
  }
  return result;
}

/// E.g. `cannot write the token store "/home/a/tokens.json": No space left on device`.
unexpected system_failure(std::string_view action, std::string_view path, int number);

}  // namespace midas::internal
