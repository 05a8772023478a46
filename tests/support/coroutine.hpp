// The coroutine type of the tools, for tests.
#pragma once

#include "tools/load/detached_coroutine.hpp"

namespace midas::internal::test {

using tools::detached;

}  // namespace midas::internal::test
