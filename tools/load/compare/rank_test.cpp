#include "tools/load/compare/rank_test.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace midas::internal::tools {

namespace {

constexpr std::size_t max_exact = 60;

// The ranks of all values, times two, so that the mean rank of ties is a whole number. Those of the
// first sample come first.
std::vector<std::size_t> doubled_ranks(std::span<const double> one, std::span<const double> other) {
  std::vector<double> all{one.begin(), one.end()};
  all.insert(all.end(), other.begin(), other.end());
  auto sorted = all;
  std::ranges::sort(sorted);
  std::vector<std::size_t> ranks;
  ranks.reserve(all.size());
  for (const auto value : all) {
    // Not of std::ranges: clang 14 cannot compile that of libstdc++ 12.
    const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), value);
    ranks.push_back(static_cast<std::size_t>(first - sorted.begin()) +
                    static_cast<std::size_t>(last - sorted.begin()) + 1);
  }
  return ranks;
}

std::size_t sum_of_first(const std::vector<std::size_t>& ranks, std::size_t count) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    sum += ranks[i];
  }
  return sum;
}

// For each sum, the number of groups of `size` ranks that have it.
std::vector<double> groups_by_sum(const std::vector<std::size_t>& ranks, std::size_t size) {
  const auto width = sum_of_first(ranks, ranks.size()) + 1;
  std::vector<std::vector<double>> groups(size + 1, std::vector<double>(width));
  groups[0][0] = 1;
  for (const auto rank : ranks) {
    for (auto count = size; count > 0; --count) {
      for (auto sum = rank; sum < width; ++sum) {
        groups[count][sum] += groups[count - 1][sum - rank];
      }
    }
  }
  return groups[size];
}

double exact_p(const std::vector<std::size_t>& ranks, std::size_t size) {
  const auto groups = groups_by_sum(ranks, size);
  const auto mean = static_cast<double>(size * (ranks.size() + 1));
  const auto seen = std::abs(static_cast<double>(sum_of_first(ranks, size)) - mean);
  double as_extreme = 0;
  double all = 0;
  for (std::size_t sum = 0; sum < groups.size(); ++sum) {
    all += groups[sum];
    if (std::abs(static_cast<double>(sum) - mean) >= seen) {
      as_extreme += groups[sum];
    }
  }
  return as_extreme / all;
}

double approximate_p(const std::vector<std::size_t>& ranks, std::size_t size) {
  const auto total = static_cast<double>(ranks.size());
  const auto mean = static_cast<double>(size * (ranks.size() + 1));
  double squares = 0;
  for (const auto rank : ranks) {
    squares += std::pow(static_cast<double>(rank) - (total + 1), 2);
  }
  const auto first = static_cast<double>(size);
  const auto variance = first * (total - first) / (total * (total - 1)) * squares;
  if (variance == 0) {
    return 1;
  }
  const auto distance = std::abs(static_cast<double>(sum_of_first(ranks, size)) - mean);
  return std::erfc(distance / std::sqrt(2 * variance));
}

}  // namespace

double rank_test(std::span<const double> one, std::span<const double> other) {
  if (one.empty() || other.empty()) {
    return 1;
  }
  const auto ranks = doubled_ranks(one, other);
  return ranks.size() <= max_exact ? exact_p(ranks, one.size()) : approximate_p(ranks, one.size());
}

double least_p_value(std::size_t one, std::size_t other) {
  double groups = 1;
  for (std::size_t i = 1; i <= std::min(one, other); ++i) {
    groups *= static_cast<double>(std::max(one, other) + i) / static_cast<double>(i);
  }
  return std::min(1.0, 2 / groups);
}

}  // namespace midas::internal::tools
