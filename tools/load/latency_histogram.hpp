// Latencies as counts in buckets: a plain value, from which percentiles are computed.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace midas::internal::tools {

/// The buckets of every histogram of the tool, so that histograms add up exactly: one nanosecond
/// wide below 256 ns, above that each power of two in 128 equal parts. A bucket is thus at most
/// 0.8% of its latencies wide. Latencies from about 9.8 h on share the last bucket.
struct latency_buckets {
  static constexpr std::size_t count = 4'992;

  /// The bucket of a latency. One below zero counts as zero.
  static std::size_t index_of(std::chrono::nanoseconds latency) noexcept;
  /// The shortest latency in the bucket. With `count` for `index`: the end of the last one.
  static std::chrono::nanoseconds lower(std::size_t index) noexcept;
};

/// Percentiles are at most 0.8% too high; the mean and the maximum are exact.
class latency_histogram {
 public:
  struct bucket {
    std::chrono::nanoseconds lower{};
    /// Not in the bucket.
    std::chrono::nanoseconds upper{};
    std::uint64_t count = 0;

    friend bool operator==(const bucket&, const bucket&) = default;
  };

  latency_histogram() = default;
  /// From counters: `counts` has one for each bucket, `sum` is that of all latencies.
  latency_histogram(std::vector<std::uint64_t> counts, std::chrono::nanoseconds sum,
                    std::chrono::nanoseconds maximum);

  void record(std::chrono::nanoseconds latency);
  void add(const latency_histogram& other);

  /// What was recorded after `before`, an earlier copy. The maximum is that of the highest bucket,
  /// and so at most 0.8% too high.
  [[nodiscard]] latency_histogram since(const latency_histogram& before) const;

  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  /// The latency that `percent` of all latencies do not exceed, from 0 to 100. Zero if there are
  /// none.
  [[nodiscard]] std::chrono::nanoseconds percentile(double percent) const;
  /// Zero if there are none.
  [[nodiscard]] std::chrono::nanoseconds maximum() const noexcept { return maximum_; }
  [[nodiscard]] std::chrono::nanoseconds mean() const noexcept;
  [[nodiscard]] std::chrono::nanoseconds standard_deviation() const;
  /// Those with latencies in them, in ascending order.
  [[nodiscard]] std::vector<bucket> buckets() const;

 private:
  /// Empty, or a count for each bucket.
  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::chrono::nanoseconds sum_{0};
  std::chrono::nanoseconds maximum_{0};
};

}  // namespace midas::internal::tools
