// A histogram of latencies as a list of buckets.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace midas::internal::tools {

/// `count` latencies of at least `lower` and less than `upper`, in nanoseconds.
struct latency_bucket {
  std::uint64_t lower = 0;
  std::uint64_t upper = 0;
  std::uint64_t count = 0;

  bool operator==(const latency_bucket&) const = default;
};

/// Ascending, without overlaps; empty buckets are left out.
using bucket_list = std::vector<latency_bucket>;

[[nodiscard]] std::uint64_t count_of(const bucket_list& buckets);

/// The latency, in nanoseconds, that the fraction `part` (0 to 1) of all latencies does not exceed:
/// the greatest whole number in its bucket, or `maximum` if that is less. Zero without latencies.
[[nodiscard]] double percentile(const bucket_list& buckets, double part, double maximum);

/// The sum of both. Empty if a bucket of one overlaps a different bucket of the other, which
/// happens only if they were not made by the same version of midas.
[[nodiscard]] std::optional<bucket_list> sum_of(const bucket_list& one, const bucket_list& other);

/// The fraction that the member "p50", "p999", "p99.5" names: 0.5, 0.999, 0.995. Without a point,
/// the third digit and those after it are decimals. Empty for any other name, such as "max".
[[nodiscard]] std::optional<double> percentile_of_name(std::string_view name);

}  // namespace midas::internal::tools
