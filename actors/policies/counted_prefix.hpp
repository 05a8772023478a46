// Sums of the first numbers of a sequence whose numbers change.
#pragma once

#include <cstddef>
#include <vector>

namespace midas::internal {

/// A Fenwick tree: each operation takes logarithmic time. The sequence has no end; its numbers are
/// 0 until they are changed.
class counted_prefix {
 public:
  void add(std::size_t index, std::ptrdiff_t change) {
    while (index >= size()) {
      grow();
    }
    for (auto node = index + 1; node <= size(); node += node & (~node + 1)) {
      sums_[node] += change;
    }
  }

  /// The sum of the first `count` numbers.
  [[nodiscard]] std::size_t sum(std::size_t count) const noexcept {
    std::ptrdiff_t result = 0;
    for (auto node = count < size() ? count : size(); node != 0; node &= node - 1) {
      result += sums_[node];
    }
    return static_cast<std::size_t>(result);
  }

 private:
  // A power of two.
  [[nodiscard]] std::size_t size() const noexcept { return sums_.size() - 1; }

  // The node of the new size is the only new one that covers earlier numbers: all of them.
  void grow() {
    const auto all = sums_[size()];
    sums_.resize(2 * size() + 1, 0);
    sums_.back() = all;
  }

  // Counted from 1. Each node is the sum of as many numbers as its lowest bit says.
  std::vector<std::ptrdiff_t> sums_ = {0, 0};
};

}  // namespace midas::internal
