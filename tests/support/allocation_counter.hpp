// Counts the calls of operator new by this thread. Link allocation_counter.cpp.
#pragma once

#include <cstddef>

namespace midas::internal::test {

std::size_t allocations_of_this_thread() noexcept;

}  // namespace midas::internal::test
