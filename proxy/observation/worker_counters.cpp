#include "proxy/observation/worker_counters.hpp"

#include <algorithm>
#include <numeric>

namespace midas::internal::proxy {

std::uint64_t worker_totals::tokens() const noexcept {
  return of(token_result::hit) + of(token_result::stale) + of(token_result::joined) +
         of(token_result::fetched);
}

std::uint64_t worker_totals::requests() const noexcept {
  return std::accumulate(results.begin(), results.end(), std::uint64_t{0});
}

void worker_counters::served(token_result result, std::chrono::nanoseconds elapsed) noexcept {
  const auto duration = std::max(elapsed, std::chrono::nanoseconds::zero());
  bump(results_.at(static_cast<std::size_t>(result)));
  bump(buckets_.at(latency_bucket(duration)));
  bump(nanoseconds_, static_cast<std::uint64_t>(duration.count()));
}

void worker_counters::add_to(worker_totals& sum) const noexcept {
  const auto add = [](auto& totals, const auto& counters) {
    std::transform(totals.begin(), totals.end(), counters.begin(), totals.begin(),
                   [](std::uint64_t total, const counter& each) {
                     return total + each.load(std::memory_order_relaxed);
                   });
  };
  add(sum.results, results_);
  add(sum.durations.buckets, buckets_);
  add(sum.rejected, rejected_);
  sum.durations.sum += std::chrono::nanoseconds{nanoseconds_.load(std::memory_order_relaxed)};
  sum.connected += connected_.load(std::memory_order_relaxed);
  sum.disconnected += disconnected_.load(std::memory_order_relaxed);
}

}  // namespace midas::internal::proxy
