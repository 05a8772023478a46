// How long the tests of the service wait.
#pragma once

#include <chrono>

namespace midas::internal::test {

/// Long enough for any answer on a slow machine.
inline constexpr std::chrono::seconds patience{60};

}  // namespace midas::internal::test
