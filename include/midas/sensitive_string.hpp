// A std::string that wipes its memory before freeing it: for bytes that are, or may contain, a
// secret while they are being assembled.
#pragma once

#include <midas/detail/export.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace midas {

/// Overwrites `size` bytes at `data` with zeros in a way that the compiler does not optimize away.
/// `data` may be null if `size` is 0.
MIDAS_EXPORT void wipe(void* data, std::size_t size) noexcept;

/// Like std::allocator, but wipes each block before freeing it, so that a growing string leaves no
/// copy of its content on the heap.
template <class T>
struct wiping_allocator {
  using value_type = T;

  wiping_allocator() noexcept = default;
  template <class U>
  // NOLINTNEXTLINE(google-explicit-constructor): rebinding an allocator converts it
  wiping_allocator(const wiping_allocator<U>&) noexcept {}

  T* allocate(std::size_t count) { return std::allocator<T>{}.allocate(count); }

  void deallocate(T* block, std::size_t count) noexcept {
    wipe(block, count * sizeof(T));
    std::allocator<T>{}.deallocate(block, count);
  }

  friend bool operator==(const wiping_allocator&, const wiping_allocator&) noexcept { return true; }
};

/// Short text (up to 15 characters in libstdc++) lives inside the string object, which is not
/// wiped; `secret` wipes that, too.
using sensitive_string = std::basic_string<char, std::char_traits<char>, wiping_allocator<char>>;

}  // namespace midas
