// What a token costs that is at hand: midas by key, by handle, by get and by an actor's request,
// beside the floor and the usual designs, all in turn in one run.
#include "bench/bench_report.hpp"
#include "bench/cached_publish.hpp"
#include "bench/cached_single_calls.hpp"
#include "bench/cached_turns.hpp"

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

series throughput(contestants& all, const settings& of, std::size_t threads,
                  std::size_t resources) {
  series result;
  for (std::size_t round = 0; round < of.rounds; ++round) {
    for_each(all, resources, [&](contestant who, const auto& make_caller) {
      result[who].push_back(calls_per_second(threads, resources, of.slice, make_caller));
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

// More is better.
void expect_at_least(bench_report& report, const std::string& name, double seen, double asked) {
  report.add(figure{name, fmt::format("at least {:.2f}", asked), fmt::format("{:.2f}", seen),
                    seen >= asked});
}

void expect_at_most(bench_report& report, const std::string& name, double seen, double asked) {
  report.add(figure{name, fmt::format("at most {:.2f}", asked), fmt::format("{:.2f}", seen),
                    seen <= asked});
}

void compare(bench_report& report, contestants& all, const settings& of) {
  plot by_threads{.name = "cached-by-threads",
                  .title = "Cached reads of one resource",
                  .x_label = "threads",
                  .y_label = "million calls a second, all threads together",
                  .x_is_logarithmic = true,
                  .y_is_logarithmic = true};
  plot by_resources{.name = "cached-by-resources",
                    .title = "One thread reads resource after resource",
                    .x_label = "resources",
                    .y_label = "nanoseconds a call",
                    .x_is_logarithmic = true,
                    .y_is_logarithmic = true};
  for (const auto* name : names) {
    by_threads.lines.push_back({name, {}});
    by_resources.lines.push_back({name, {}});
  }
  for (const auto resources : of.resources) {
    table found{.title = fmt::format("Cached, {} resource{}: million calls a second", resources,
                                     resources == 1 ? "" : "s"),
                .note = "All threads together; medians of rounds in which all take turns.",
                .headings = {"threads"}};
    for (const auto threads : of.threads) {
      found.headings.push_back(std::to_string(threads));
    }
    for (const auto* name : names) {
      found.rows.push_back({name});
    }
    for (const auto threads : of.threads) {
      const auto seen = throughput(all, of, threads, resources);
      for (std::size_t i = 0; i < names.size(); ++i) {
        const auto millions = median(seen[i]) / 1e6;
        found.rows[i].push_back(fmt::format("{:.3g}", millions));
        if (resources == 1) {
          by_threads.lines[i].points.emplace_back(threads, millions);
        }
        if (threads == 1) {
          by_resources.lines[i].points.emplace_back(resources, 1e3 / millions);
        }
      }
      if (resources == 1 && threads == 1) {
        expect_at_most(report, "a read by key, in times of the floor, one thread",
                       ratio(seen[least], seen[by_key]), 1.3);
        expect_at_most(report, "a read by handle, in times of the floor, one thread",
                       ratio(seen[least], seen[by_handle]), 0.5);
      }
      if (resources == 1 && (threads == 1 || threads == 16)) {
        const auto where = fmt::format("times azure-identity's design, {} thread{}", threads,
                                       threads == 1 ? "" : "s");
        expect_at_least(report, "by key, " + where, ratio(seen[by_key], seen[azure]),
                        threads == 1 ? 8 : 10);
        expect_at_least(report, "by handle, " + where, ratio(seen[by_handle], seen[azure]),
                        threads == 1 ? 20 : 25);
      }
    }
    report.add(std::move(found));
  }
  report.add(std::move(by_threads));
  report.add(std::move(by_resources));
}

// All that a growth is made of in turn, since it decides what the cores have to give.
void tell_growth(bench_report& report, contestants& all, const settings& of) {
  std::array<series, 3> seen;
  constexpr std::array<std::size_t, 3> threads{1, 2, 16};
  for (std::size_t round = 0; round < of.rounds * 3; ++round) {
    for (std::size_t i = 0; i < threads.size(); ++i) {
      const auto run = [&](contestant who, const auto& make_caller) {
        seen[i][who].push_back(calls_per_second(threads[i], 1, of.slice * 2, make_caller));
      };
      run(least, all.floor(1));
      run(by_key, all.by_key());
      run(by_handle, all.by_handle());
    }
  }
  table found{.title = "How the total grows with the threads, one resource",
              .note = "Calls a second of all threads, in times of one thread's; medians.",
              .headings = {"", "2 threads", "16 threads"}};
  for (const auto who : {least, by_key, by_handle}) {
    found.rows.push_back({names[who], fmt::format("{:.2f}", ratio(seen[1][who], seen[0][who])),
                          fmt::format("{:.2f}", ratio(seen[2][who], seen[0][who]))});
  }
  report.add(std::move(found));
  for (std::size_t i = 1; i < threads.size(); ++i) {
    for (const auto who : {by_key, by_handle}) {
      std::vector<double> parts;
      for (std::size_t round = 0; round < seen[0][who].size(); ++round) {
        parts.push_back(seen[i][who][round] / seen[0][who][round] /
                        (seen[i][least][round] / seen[0][least][round]));
      }
      expect_at_least(
          report,
          fmt::format("growth from 1 to {} threads beside the floor's, {}", threads[i], names[who]),
          median(parts), 0.95);
    }
  }
}

void tell_many_resources(bench_report& report, contestants& all, const settings& of) {
  constexpr std::size_t many = 10'000;
  series one;
  series all_of_them;
  for (std::size_t round = 0; round < of.rounds * 3; ++round) {
    const auto run = [&](contestant who, const auto& make_caller, std::size_t resources) {
      (resources == 1 ? one : all_of_them)[who].push_back(
          calls_per_second(1, resources, of.slice, make_caller));
    };
    for (const std::size_t resources : {std::size_t{1}, many}) {
      run(least, all.floor(resources), resources);
      run(by_key, all.by_key(), resources);
      run(by_handle, all.by_handle(), resources);
    }
  }
  table found{.title = "A read with one resource, and with 10,000 in turn, one thread",
              .note =
                  "The caller's own requests and handles take room in the processor's caches, "
                  "too.",
              .headings = {"", "one, ns", "10,000, ns", "times"}};
  for (const auto who : {least, by_key, by_handle}) {
    found.rows.push_back({names[who], fmt::format("{:.1f}", 1e9 / median(one[who])),
                          fmt::format("{:.1f}", 1e9 / median(all_of_them[who])),
                          fmt::format("{:.2f}", ratio(one[who], all_of_them[who]))});
  }
  report.add(std::move(found));
  expect_at_most(report, "a read with 10,000 resources, in times of one's, by key",
                 ratio(one[by_key], all_of_them[by_key]), 2);
  expect_at_most(report, "a read with 10,000 resources, in times of one's, by handle",
                 ratio(one[by_handle], all_of_them[by_handle]), 2);
}

void tell_publishing(bench_report& report, const settings& of) {
  table found{.title = "To publish a token in place of another",
              .note =
                  "A table with one key and one with 10,000, in turn. An acquisition reads the "
                  "token from the body of a response, publishes it, and what it takes the place of "
                  "is wiped. Alone, publishing goes through memory that the processor's caches do "
                  "not hold when there are 10,000.",
              .headings = {"", "one, ns", "10,000, ns", "times"}};
  for (const bool with_reading : {false, true}) {
    std::vector<double> few;
    std::vector<double> many;
    for (std::size_t round = 0; round < of.rounds * 3; ++round) {
      few.push_back(nanoseconds_a_publish(1, with_reading));
      many.push_back(nanoseconds_a_publish(10'000, with_reading));
    }
    found.rows.push_back({with_reading ? "read and published" : "published, read before",
                          fmt::format("{:.0f}", median(few)), fmt::format("{:.0f}", median(many)),
                          fmt::format("{:.2f}", ratio(many, few))});
    if (with_reading) {
      expect_at_most(report, "to read and publish a token, with 10,000 resources in times of one's",
                     ratio(many, few), 2);
    }
  }
  report.add(std::move(found));
}

}  // namespace

int main(int count, char** arguments) {
  bench_report report{count, arguments};
  settings of;
  if (report.quick()) {
    of = {.threads = {1, 16},
          .resources = {1},
          .rounds = 1,
          .slice = 5ms,
          .samples = 2'000,
          .latency_rounds = 1};
  }
  contestants all{10'000};
  compare(report, all, of);
  for (const auto resources : of.resources) {
    tell_latencies(report, all, of, resources);
  }
  tell_allocations(report, all);
  tell_growth(report, all, of);
  tell_many_resources(report, all, of);
  tell_publishing(report, of);
  return report.finish();
}
