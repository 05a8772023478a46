// An array whose size is a power of two.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace midas::detail {

/// Indexed by any number, modulo the size.
template <class T>
class pow2_array {
 public:
  /// `size` must be a power of two.
  explicit pow2_array(std::size_t size) : items_(size), first_(items_.data()), mask_(size - 1) {}
  pow2_array(pow2_array&&) noexcept = default;
  pow2_array& operator=(pow2_array&&) noexcept = default;

  [[nodiscard]] T& operator[](std::uint64_t number) noexcept { return first_[number & mask_]; }

  [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }
  [[nodiscard]] auto begin() noexcept { return items_.begin(); }
  [[nodiscard]] auto end() noexcept { return items_.end(); }

 private:
  std::vector<T> items_;
  // Stored, so that indexing does not compute them.
  T* first_;
  std::size_t mask_;
};

}  // namespace midas::detail
