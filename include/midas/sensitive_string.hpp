// A std::string whose memory is wiped before it is given back: for bytes that are, or may hold, a
// secret while they are still being put together.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace midas {

/// Overwrites `size` bytes at `data` in a way that the compiler does not optimise away.
void wipe(void* data, std::size_t size) noexcept;

/// std::allocator that wipes each block before it frees it, so that a growing string leaves no copy
/// of its content behind on the heap.
template <class T>
struct wiping_allocator {
  using value_type = T;

  wiping_allocator() noexcept = default;
  template <class U>
  // NOLINTNEXTLINE(google-explicit-constructor): allocators convert when they are rebound
  wiping_allocator(const wiping_allocator<U>&) noexcept {}

  T* allocate(std::size_t count) { return std::allocator<T>{}.allocate(count); }

  void deallocate(T* block, std::size_t count) noexcept {
    wipe(block, count * sizeof(T));
    std::allocator<T>{}.deallocate(block, count);
  }

  friend bool operator==(const wiping_allocator&, const wiping_allocator&) noexcept { return true; }
};

/// Wiped when freed. Up to 15 characters live inside the object itself and are not: `secret` covers
/// those, too.
using sensitive_string = std::basic_string<char, std::char_traits<char>, wiping_allocator<char>>;

}  // namespace midas
