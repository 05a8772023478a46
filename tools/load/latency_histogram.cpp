#include "tools/load/latency_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

namespace midas::internal::tools {

namespace {

using std::chrono::nanoseconds;

constexpr unsigned precision_bits = 7;
constexpr std::uint64_t parts = std::uint64_t{1} << precision_bits;

// The highest latency of the bucket, which no latency in it exceeds.
nanoseconds last_of(std::size_t index) {
  return latency_buckets::lower(index + 1) - nanoseconds{1};
}

double middle_of(std::size_t index) {
  return static_cast<double>((latency_buckets::lower(index) + last_of(index)).count()) / 2;
}

}  // namespace

std::size_t latency_buckets::index_of(nanoseconds latency) noexcept {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(latency.count(), 0));
  const auto width = static_cast<unsigned>(std::bit_width(value));
  const auto shift = width > precision_bits + 1 ? width - precision_bits - 1 : 0U;
  return std::min<std::size_t>(shift * parts + (value >> shift), count - 1);
}

nanoseconds latency_buckets::lower(std::size_t index) noexcept {
  const auto shift = index < 2 * parts ? 0 : index / parts - 1;
  return nanoseconds{static_cast<std::int64_t>((index - shift * parts) << shift)};
}

latency_histogram::latency_histogram(std::vector<std::uint64_t> counts, nanoseconds sum,
                                     nanoseconds maximum)
    : counts_(std::move(counts)),
      count_(std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0})),
      sum_(sum),
      maximum_(maximum) {}

void latency_histogram::record(nanoseconds latency) {
  counts_.resize(latency_buckets::count);
  ++counts_[latency_buckets::index_of(latency)];
  ++count_;
  sum_ += latency;
  maximum_ = std::max(maximum_, latency);
}

void latency_histogram::add(const latency_histogram& other) {
  if (other.empty()) {
    return;
  }
  counts_.resize(latency_buckets::count);
  std::ranges::transform(counts_, other.counts_, counts_.begin(), std::plus{});
  count_ += other.count_;
  sum_ += other.sum_;
  maximum_ = std::max(maximum_, other.maximum_);
}

latency_histogram latency_histogram::since(const latency_histogram& before) const {
  if (before.empty() || empty()) {
    return *this;
  }
  auto counts = counts_;
  std::ranges::transform(counts, before.counts_, counts.begin(), std::minus{});
  const auto highest = std::ranges::find_if(counts.rbegin(), counts.rend(),
                                            [](std::uint64_t count) { return count != 0; });
  const auto end = static_cast<std::size_t>(counts.rend() - highest);
  const auto maximum = end == 0 ? nanoseconds{0} : std::min(last_of(end - 1), maximum_);
  return {std::move(counts), sum_ - before.sum_, maximum};
}

nanoseconds latency_histogram::percentile(double percent) const {
  // A rank that is a whole number must not be rounded up because of the division.
  constexpr double tolerance = 1e-6;
  const auto wanted = std::ceil(percent / 100 * static_cast<double>(count_) - tolerance);
  std::uint64_t seen = 0;
  for (std::size_t index = 0; index < counts_.size(); ++index) {
    seen += counts_[index];
    if (seen != 0 && static_cast<double>(seen) >= wanted) {
      return std::min(last_of(index), maximum_);
    }
  }
  return maximum_;
}

nanoseconds latency_histogram::mean() const noexcept {
  return empty() ? nanoseconds{0} : sum_ / static_cast<std::int64_t>(count_);
}

nanoseconds latency_histogram::standard_deviation() const {
  if (empty()) {
    return nanoseconds{0};
  }
  const auto average = static_cast<double>(mean().count());
  double squares = 0;
  for (std::size_t index = 0; index < counts_.size(); ++index) {
    const auto distance = middle_of(index) - average;
    squares += static_cast<double>(counts_[index]) * distance * distance;
  }
  return nanoseconds{std::llround(std::sqrt(squares / static_cast<double>(count_)))};
}

std::vector<latency_histogram::bucket> latency_histogram::buckets() const {
  std::vector<bucket> result;
  for (std::size_t index = 0; index < counts_.size(); ++index) {
    if (counts_[index] != 0) {
      result.push_back(
          {latency_buckets::lower(index), latency_buckets::lower(index + 1), counts_[index]});
    }
  }
  return result;
}

}  // namespace midas::internal::tools
