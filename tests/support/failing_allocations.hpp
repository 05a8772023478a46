// Makes large allocations fail in the workers of a proxy. Link failing_allocations.cpp.
#pragma once

#include <cstddef>

namespace midas::internal::test {

/// While it exists, operator new throws std::bad_alloc for `size` bytes or more on the threads
/// of the workers. One at a time.
class failing_allocations {
 public:
  explicit failing_allocations(std::size_t size) noexcept;
  failing_allocations(const failing_allocations&) = delete;
  failing_allocations& operator=(const failing_allocations&) = delete;
  ~failing_allocations();

  /// How many have failed.
  [[nodiscard]] static std::size_t count() noexcept;
};

}  // namespace midas::internal::test
