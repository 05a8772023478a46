#include "bench/cached_single_calls.hpp"

#include "bench/cached_measure.hpp"
#include "tests/support/allocation_counter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace midas::internal::bench {

namespace {

// "10 / 21 / 40".
std::string quantiles_of(const std::vector<double>& nanoseconds) {
  return fmt::format("{:.0f} / {:.0f} / {:.0f}", quantile(nanoseconds, 0.5),
                     quantile(nanoseconds, 0.99), quantile(nanoseconds, 0.999));
}

}  // namespace

void measure_latencies(bench_report& report, implementations& all, const settings& options,
                       std::size_t resources) {
  table summary{
      .title = fmt::format("Cached, {} resource{}: a single call, ns, p50 / p99 / p99.9", resources,
                           resources == 1 ? "" : "s"),
      .note =
          "By number of threads. Each call is timed individually, minus the median time of "
          "reading the clock, whose resolution is about 10 ns. The implementations "
          "alternate.",
      .headings = {"threads"}};
  for (const auto* name : names) {
    summary.rows.push_back({name});
  }
  for (const auto threads : options.threads) {
    summary.headings.push_back(std::to_string(threads));
    series measured;
    for (std::size_t round = 0; round < options.latency_rounds; ++round) {
      for_each(all, resources, [&](implementation which, const auto& make_caller) {
        // For all threads together. Messages take a thousand times longer.
        const auto wanted = which == by_actor ? options.samples / 20 : options.samples;
        const auto each = std::max<std::size_t>(wanted / options.latency_rounds / threads, 10);
        const auto some = latencies(threads, resources, each, make_caller);
        measured[which].insert(measured[which].end(), some.begin(), some.end());
      });
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
      summary.rows[i].push_back(quantiles_of(measured[i]));
    }
  }
  report.add(std::move(summary));
}

void measure_allocations(bench_report& report, implementations& all) {
  table summary{.title = "Allocations per hit",
                .note = "By operator new in the calling thread, the mean of 1,000 calls.",
                .headings = {"", "allocations per call"}};
  for_each(all, 1, [&](implementation which, const auto& make_caller) {
    auto call = make_caller();
    call(0);
    constexpr std::size_t calls = 1'000;
    const auto before = midas::internal::test::allocations_of_this_thread();
    for (std::size_t i = 0; i < calls; ++i) {
      call(0);
    }
    const auto taken = midas::internal::test::allocations_of_this_thread() - before;
    summary.rows.push_back(
        {names[which], fmt::format("{:.3g}", static_cast<double>(taken) / calls)});
    if (which == by_key || which == by_handle || which == by_get) {
      report.add(figure{fmt::format("allocations of 1,000 hits, {}", names[which]), "none",
                        std::to_string(taken), taken == 0});
    }
  });
  report.add(std::move(summary));
}

}  // namespace midas::internal::bench
