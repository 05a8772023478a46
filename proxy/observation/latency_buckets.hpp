// The buckets of the histograms of durations.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace midas::internal::proxy {

/// The upper bounds of the buckets; a last one has no bound. Cached answers take microseconds, and
/// requests to a host milliseconds to seconds.
inline constexpr auto latency_bounds = [] {
  using std::chrono::microseconds;
  return std::array<std::chrono::nanoseconds, 20>{
      microseconds{10},         microseconds{25},        microseconds{50},
      microseconds{100},        microseconds{250},       microseconds{500},
      microseconds{1'000},      microseconds{2'500},     microseconds{5'000},
      microseconds{10'000},     microseconds{25'000},    microseconds{50'000},
      microseconds{100'000},    microseconds{250'000},   microseconds{500'000},
      microseconds{1'000'000},  microseconds{2'500'000}, microseconds{5'000'000},
      microseconds{10'000'000}, microseconds{30'000'000}};
}();

inline constexpr std::size_t latency_bucket_count = latency_bounds.size() + 1;

/// The bucket of that duration. Fastest for short ones.
[[nodiscard]] constexpr std::size_t latency_bucket(std::chrono::nanoseconds elapsed) noexcept {
  std::size_t at = 0;
  while (at < latency_bounds.size() && elapsed > latency_bounds[at]) {
    ++at;
  }
  return at;
}

/// A histogram as a plain value.
struct latency_histogram {
  /// Not cumulative.
  std::array<std::uint64_t, latency_bucket_count> buckets{};
  std::chrono::nanoseconds sum{};

  void add(std::chrono::nanoseconds elapsed) noexcept {
    ++buckets.at(latency_bucket(elapsed));
    sum += elapsed;
  }

  [[nodiscard]] std::uint64_t count() const noexcept {
    std::uint64_t result = 0;
    for (const auto each : buckets) {
      result += each;
    }
    return result;
  }
};

}  // namespace midas::internal::proxy
