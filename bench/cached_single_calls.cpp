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

void tell_latencies(bench_report& report, contestants& all, const settings& of,
                    std::size_t resources) {
  table found{.title = fmt::format("Cached, {} resource{}: a single call, ns, p50 / p99 / p99.9",
                                   resources, resources == 1 ? "" : "s"),
              .note =
                  "By threads. Each call between two looks at the clock, less the median of what "
                  "two looks take alone; the clock's own steps are some 10 ns. All take turns, and "
                  "what is measured of one is put together.",
              .headings = {"threads"}};
  for (const auto* name : names) {
    found.rows.push_back({name});
  }
  for (const auto threads : of.threads) {
    found.headings.push_back(std::to_string(threads));
    series seen;
    for (std::size_t turn = 0; turn < of.latency_rounds; ++turn) {
      for_each(all, resources, [&](contestant who, const auto& make_caller) {
        // Of all threads together. Messages take a thousand times as long.
        const auto wanted = who == by_actor ? of.samples / 20 : of.samples;
        const auto each = std::max<std::size_t>(wanted / of.latency_rounds / threads, 10);
        const auto some = latencies(threads, resources, each, make_caller);
        seen[who].insert(seen[who].end(), some.begin(), some.end());
      });
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
      found.rows[i].push_back(quantiles_of(seen[i]));
    }
  }
  report.add(std::move(found));
}

void tell_allocations(bench_report& report, contestants& all) {
  table found{.title = "Allocations of a hit",
              .note = "By operator new in the thread that asks, the mean of 1,000 calls.",
              .headings = {"", "allocations a call"}};
  for_each(all, 1, [&](contestant who, const auto& make_caller) {
    auto call = make_caller();
    call(0);
    constexpr std::size_t calls = 1'000;
    const auto before = midas::internal::test::allocations_of_this_thread();
    for (std::size_t i = 0; i < calls; ++i) {
      call(0);
    }
    const auto taken = midas::internal::test::allocations_of_this_thread() - before;
    found.rows.push_back({names[who], fmt::format("{:.3g}", static_cast<double>(taken) / calls)});
    if (who == by_key || who == by_handle || who == by_get) {
      report.add(figure{fmt::format("allocations of 1,000 hits, {}", names[who]), "none",
                        std::to_string(taken), taken == 0});
    }
  });
  report.add(std::move(found));
}

}  // namespace midas::internal::bench
