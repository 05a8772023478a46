// How often this thread has taken memory by operator new. Link allocation_counter.cpp.
#pragma once

#include <cstddef>

namespace midas::internal::test {

std::size_t allocations_of_this_thread() noexcept;

}  // namespace midas::internal::test
