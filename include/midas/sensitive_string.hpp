// A std::string whose memory core dumps leave out, and that wipes it before freeing it: for bytes
// that are, or may contain, a secret while they are being assembled.
#pragma once

#include <midas/detail/export.hpp>

#include <cstddef>
#include <limits>
#include <new>
#include <string>

namespace midas {

/// Overwrites `size` bytes at `data` with zeros in a way that the compiler does not optimize away.
/// `data` may be null if `size` is 0.
MIDAS_EXPORT void wipe(void* data, std::size_t size) noexcept;

namespace detail {

/// Memory for secrets: aligned for any type, and in pages that core dumps leave out, if the system
/// has such pages. Throws std::bad_alloc. Any thread, and also in a forked child.
MIDAS_EXPORT void* allocate_secret(std::size_t size);
/// Wipes and frees memory of that size from allocate_secret(). Any thread.
MIDAS_EXPORT void free_secret(void* block, std::size_t size) noexcept;

}  // namespace detail

/// Allocates memory that core dumps leave out, and wipes each block before freeing it, so that a
/// growing string leaves no copy of its content.
template <class T>
struct wiping_allocator {
  /// Required of every allocator.
  using value_type = T;

  wiping_allocator() noexcept = default;
  /// All allocators of this kind are equal, so nothing is copied.
  template <class U>
  // NOLINTNEXTLINE(google-explicit-constructor): rebinding an allocator converts it
  wiping_allocator(const wiping_allocator<U>&) noexcept {}

  /// Throws std::bad_array_new_length if `count` objects cannot exist, and std::bad_alloc. Any
  /// thread.
  T* allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(T)) {
      throw std::bad_array_new_length{};
    }
    return static_cast<T*>(detail::allocate_secret(count * sizeof(T)));
  }

  /// Wipes and frees a block of `count` objects from allocate(). Any thread.
  void deallocate(T* block, std::size_t count) noexcept {
    detail::free_secret(block, count * sizeof(T));
  }

  friend bool operator==(const wiping_allocator&, const wiping_allocator&) noexcept { return true; }
};

/// Short text (up to 15 characters in libstdc++) lives inside the string object, which is not
/// wiped and may be dumped; `secret` wipes that, too, and keeps it out of dumps.
using sensitive_string = std::basic_string<char, std::char_traits<char>, wiping_allocator<char>>;

}  // namespace midas
