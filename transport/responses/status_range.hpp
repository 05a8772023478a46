// Sets of HTTP statuses, such as the transient ones of a host.
#pragma once

#include <algorithm>
#include <span>

namespace midas::internal {

/// The statuses from `first` to `last`, both included.
struct status_range {
  int first = 0;
  int last = first;
};

/// A union of ranges.
using status_set = std::span<const status_range>;

constexpr bool contains(status_set set, int status) noexcept {
  return std::ranges::any_of(set, [status](const status_range& range) {
    return status >= range.first && status <= range.last;
  });
}

}  // namespace midas::internal
