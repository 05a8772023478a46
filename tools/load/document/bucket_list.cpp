#include "tools/load/document/bucket_list.hpp"

#include <algorithm>
#include <numeric>
#include <string>

namespace midas::internal::tools {

std::uint64_t count_of(const bucket_list& buckets) {
  return std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0},
                         [](auto sum, const auto& each) { return sum + each.count; });
}

double percentile(const bucket_list& buckets, double part, double maximum) {
  const auto wanted = part * static_cast<double>(count_of(buckets));
  std::uint64_t seen = 0;
  for (const auto& each : buckets) {
    seen += each.count;
    if (seen != 0 && static_cast<double>(seen) >= wanted) {
      // The bound itself is not in the bucket.
      const auto last = each.upper > each.lower ? each.upper - 1 : each.lower;
      return std::min(static_cast<double>(last), maximum);
    }
  }
  return buckets.empty() ? 0 : maximum;
}

std::optional<bucket_list> sum_of(const bucket_list& one, const bucket_list& other) {
  bucket_list all;
  all.reserve(one.size() + other.size());
  std::ranges::merge(one, other, std::back_inserter(all), {}, &latency_bucket::lower,
                     &latency_bucket::lower);
  bucket_list sum;
  for (const auto& each : all) {
    if (!sum.empty() && sum.back().lower == each.lower && sum.back().upper == each.upper) {
      sum.back().count += each.count;
    } else if (!sum.empty() && each.lower < sum.back().upper) {
      return std::nullopt;
    } else {
      sum.push_back(each);
    }
  }
  return sum;
}

std::optional<double> percentile_of_name(std::string_view name) {
  if (name.size() < 2 || name.size() > 20 || name.front() != 'p') {
    return std::nullopt;
  }
  std::string digits{name.substr(1)};
  const bool is_number = std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  const auto point = digits.find('.');
  if (is_number && digits.size() > 2 && digits != "100") {
    digits.insert(2, 1, '.');
  } else if (!is_number && (point == 0 || point == std::string::npos ||
                            digits.find_first_not_of("0123456789.") != std::string::npos ||
                            digits.find('.', point + 1) != std::string::npos)) {
    return std::nullopt;
  }
  const auto percent = std::stod(digits);
  return percent <= 100 ? std::optional{percent / 100} : std::nullopt;
}

}  // namespace midas::internal::tools
