// What the sources that call the system share: a descriptor that closes itself, retries after a
// signal, and errors.
#pragma once

#include "messages/descriptor.hpp"
#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

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
inline unexpected system_failure(const std::string& action, const std::string& path, int number,
                                 std::string advice = {}) {
  return fail(errc::store_failed,
              "cannot " + action + " " + internal::quoted(path) + ": " +
                  std::generic_category().message(number),
              std::move(advice));
}

}  // namespace midas::internal
