// The cost of a cached token: midas by key, by handle, by get and by an actor's request, compared
// with a lower bound and common designs, alternating in one run.
#include "bench/bench_report.hpp"
#include "bench/cached_publish.hpp"
#include "bench/cached_rounds.hpp"
#include "bench/cached_single_calls.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using namespace midas::internal::bench;

series throughput(implementations& all, const settings& options, std::size_t threads,
                  std::size_t resources) {
  series result;
  for (std::size_t round = 0; round < options.rounds; ++round) {
    for_each(all, resources, [&](implementation which, const auto& make_caller) {
      result[which].push_back(calls_per_second(threads, resources, options.slice, make_caller));
    });
  }
  return result;
}

double ratio(const std::vector<double>& of, const std::vector<double>& to) {
  std::vector<double> each(of.size());
  for (std::size_t i = 0; i < of.size(); ++i) {
    each[i] = of[i] / to[i];
  }
  return median(each);
}

// For values where more is better.
void expect_at_least(bench_report& report, const std::string& name, double measured,
                     double target) {
  report.add(figure{name, fmt::format("at least {:.2f}", target), fmt::format("{:.2f}", measured),
                    measured >= target});
}

void expect_at_most(bench_report& report, const std::string& name, double measured, double target) {
  report.add(figure{name, fmt::format("at most {:.2f}", target), fmt::format("{:.2f}", measured),
                    measured <= target});
}

void compare(bench_report& report, implementations& all, const settings& options) {
  plot by_threads{.name = "cached-by-threads",
                  .title = "Cached reads of one resource",
                  .x_label = "threads",
                  .y_label = "million calls per second, all threads",
                  .x_is_logarithmic = true,
                  .y_is_logarithmic = true};
  plot by_resources{.name = "cached-by-resources",
                    .title = "Cached reads by one thread",
                    .x_label = "resources",
                    .y_label = "nanoseconds per call",
                    .x_is_logarithmic = true,
                    .y_is_logarithmic = true};
  for (const auto* name : names) {
    by_threads.lines.push_back({name, {}});
    by_resources.lines.push_back({name, {}});
  }
  for (const auto resources : options.resources) {
    table summary{
        .title = fmt::format("Cached, {} resource{}: million calls per second", resources,
                             resources == 1 ? "" : "s"),
        .note = "All threads together; medians of rounds in which the implementations alternate.",
        .headings = {"threads"}};
    for (const auto threads : options.threads) {
      summary.headings.push_back(std::to_string(threads));
    }
    for (const auto* name : names) {
      summary.rows.push_back({name});
    }
    for (const auto threads : options.threads) {
      const auto measured = throughput(all, options, threads, resources);
      for (std::size_t i = 0; i < names.size(); ++i) {
        const auto millions = median(measured[i]) / 1e6;
        summary.rows[i].push_back(fmt::format("{:.3g}", millions));
        if (resources == 1) {
          by_threads.lines[i].points.emplace_back(threads, millions);
        }
        if (threads == 1) {
          by_resources.lines[i].points.emplace_back(resources, 1e3 / millions);
        }
      }
      if (resources == 1 && threads == 1) {
        expect_at_most(report, "time of a read by key relative to the lower bound, one thread",
                       ratio(measured[lower_bound], measured[by_key]), 1.3);
        expect_at_most(report, "time of a read by handle relative to the lower bound, one thread",
                       ratio(measured[lower_bound], measured[by_handle]), 0.5);
      }
      if (resources == 1 && (threads == 1 || threads == 16)) {
        const auto where = fmt::format("relative to azure-identity's design, {} thread{}", threads,
                                       threads == 1 ? "" : "s");
        expect_at_least(report, "throughput by key " + where,
                        ratio(measured[by_key], measured[azure]), threads == 1 ? 8 : 10);
        expect_at_least(report, "throughput by handle " + where,
                        ratio(measured[by_handle], measured[azure]), threads == 1 ? 20 : 25);
      }
    }
    report.add(std::move(summary));
  }
  report.add(std::move(by_threads));
  report.add(std::move(by_resources));
}

// The thread counts alternate, because the speed of the cores changes over time.
void measure_growth(bench_report& report, implementations& all, const settings& options) {
  std::array<series, 3> measured;
  constexpr std::array<std::size_t, 3> threads{1, 2, 16};
  for (std::size_t round = 0; round < options.rounds * 3; ++round) {
    for (std::size_t i = 0; i < threads.size(); ++i) {
      const auto run = [&](implementation which, const auto& make_caller) {
        measured[i][which].push_back(
            calls_per_second(threads[i], 1, options.slice * 2, make_caller));
      };
      run(lower_bound, all.lower_bound(1));
      run(by_key, all.by_key());
      run(by_handle, all.by_handle());
    }
  }
  table summary{.title = "Scaling with threads, one resource",
                .note = "Calls per second of all threads relative to one thread; medians.",
                .headings = {"", "2 threads", "16 threads"}};
  for (const auto which : {lower_bound, by_key, by_handle}) {
    summary.rows.push_back({names[which],
                            fmt::format("{:.2f}", ratio(measured[1][which], measured[0][which])),
                            fmt::format("{:.2f}", ratio(measured[2][which], measured[0][which]))});
  }
  report.add(std::move(summary));
  for (std::size_t i = 1; i < threads.size(); ++i) {
    for (const auto which : {by_key, by_handle}) {
      std::vector<double> parts;
      for (std::size_t round = 0; round < measured[0][which].size(); ++round) {
        parts.push_back(measured[i][which][round] / measured[0][which][round] /
                        (measured[i][lower_bound][round] / measured[0][lower_bound][round]));
      }
      expect_at_least(report,
                      fmt::format("scaling from 1 to {} threads relative to the lower bound, {}",
                                  threads[i], names[which]),
                      median(parts), 0.95);
    }
  }
}

void measure_many_resources(bench_report& report, implementations& all, const settings& options) {
  constexpr std::size_t many = 10'000;
  series one;
  series all_of_them;
  for (std::size_t round = 0; round < options.rounds * 3; ++round) {
    const auto run = [&](implementation which, const auto& make_caller, std::size_t resources) {
      (resources == 1 ? one : all_of_them)[which].push_back(
          calls_per_second(1, resources, options.slice, make_caller));
    };
    for (const std::size_t resources : {std::size_t{1}, many}) {
      run(lower_bound, all.lower_bound(resources), resources);
      run(by_key, all.by_key(), resources);
      run(by_handle, all.by_handle(), resources);
    }
  }
  table summary{.title = "A read with one resource, and with 10,000 in turn, one thread",
                .note = "The caller's own requests and handles also occupy the processor's caches.",
                .headings = {"", "one, ns", "10,000, ns", "ratio"}};
  for (const auto which : {lower_bound, by_key, by_handle}) {
    summary.rows.push_back({names[which], fmt::format("{:.1f}", 1e9 / median(one[which])),
                            fmt::format("{:.1f}", 1e9 / median(all_of_them[which])),
                            fmt::format("{:.2f}", ratio(one[which], all_of_them[which]))});
  }
  report.add(std::move(summary));
  expect_at_most(report, "time of a read by key with 10,000 resources relative to one",
                 ratio(one[by_key], all_of_them[by_key]), 2);
  expect_at_most(report, "time of a read by handle with 10,000 resources relative to one",
                 ratio(one[by_handle], all_of_them[by_handle]), 2);
}

void measure_publishing(bench_report& report, const settings& options) {
  table summary{
      .title = "Replacing a published token",
      .note =
          "A table with one key and one with 10,000, alternating. An acquisition parses the "
          "token from a response, publishes it, and wipes the token that it replaces. With "
          "10,000 keys, publishing alone uses memory that does not fit the processor's "
          "caches.",
      .headings = {"", "one, ns", "10,000, ns", "ratio"}};
  for (const bool with_parsing : {false, true}) {
    std::vector<double> few;
    std::vector<double> many;
    for (std::size_t round = 0; round < options.rounds * 3; ++round) {
      few.push_back(nanoseconds_per_publish(1, with_parsing));
      many.push_back(nanoseconds_per_publish(10'000, with_parsing));
    }
    summary.rows.push_back({with_parsing ? "parse and publish" : "publish only",
                            fmt::format("{:.0f}", median(few)), fmt::format("{:.0f}", median(many)),
                            fmt::format("{:.2f}", ratio(many, few))});
    if (with_parsing) {
      expect_at_most(report,
                     "time to parse and publish a token with 10,000 resources relative to one",
                     ratio(many, few), 2);
    }
  }
  report.add(std::move(summary));
}

}  // namespace

int main(int count, char** arguments) {
  bench_report report{count, arguments};
  settings options;
  if (report.quick()) {
    options = {.threads = {1, 16},
               .resources = {1},
               .rounds = 1,
               .slice = 5ms,
               .samples = 2'000,
               .latency_rounds = 1};
  }
  implementations all{10'000};
  compare(report, all, options);
  for (const auto resources : options.resources) {
    measure_latencies(report, all, options, resources);
  }
  measure_allocations(report, all);
  measure_growth(report, all, options);
  measure_many_resources(report, all, options);
  measure_publishing(report, options);
  return report.finish();
}
