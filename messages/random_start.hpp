// Where a counter begins whose numbers must be unique among all copies of midas in a process.
#pragma once

#include <cstdint>

namespace midas::internal {

/// A random number above 0, with 63 bits: counting up from it, no counter ever reaches 0, or the
/// numbers that another copy of the library uses.
std::uint64_t random_start() noexcept;

}  // namespace midas::internal
