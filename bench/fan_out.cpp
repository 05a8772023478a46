// A cold fan-out: 1,000 resources at once. What midas gets through, as a part of what a bare curl
// multi loop gets from the same simulator with as many requests in flight, both in turn in one run.
#include "bench/bare_curl.hpp"
#include "bench/bench_report.hpp"
#include "bench/placement.hpp"
#include "transport/hosts/host_registry.hpp"
#include <midas/midas.hpp>

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <latch>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace midas::internal::bench;
using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

constexpr std::size_t resources = 1'000;
const std::size_t default_in_flight =
    midas::internal::default_limits(midas::identity_host::app_service).max_in_flight;

// Requests a second, the opening of connections included.
double with_midas(const std::string& endpoint, std::size_t in_flight) {
  midas::token_service_options options;
  options.endpoint = endpoint;
  options.limits = {in_flight, 0};
  midas::token_service tokens{options};
  std::latch answered{static_cast<std::ptrdiff_t>(resources)};
  const auto began = clock_type::now();
  for (std::size_t i = 0; i < resources; ++i) {
    tokens.get_async({.resource = "https://curl.example/" + std::to_string(i)}, 60s,
                     [&answered](const midas::expected<midas::access_token>& token) {
                       if (!token) {
                         fmt::print(stderr, "midas failed: {}\n", to_string(token.error()));
                         std::exit(1);
                       }
                       answered.count_down();
                     });
  }
  answered.wait();
  const std::chrono::duration<double> took = clock_type::now() - began;
  return static_cast<double>(resources) / took.count();
}

struct comparison {
  std::vector<double> bare;
  std::vector<double> ours;
  std::vector<double> ratios;
};

void compare(comparison& seen, placement where, std::chrono::milliseconds latency,
             std::size_t in_flight) {
  midas::simulated_host_options options;
  options.latency = latency;
  const auto imds = make_host(where, options);
  seen.bare.push_back(bare_curl(imds->endpoint(), in_flight, resources));
  seen.ours.push_back(with_midas(imds->endpoint(), in_flight));
  seen.ratios.push_back(seen.ours.back() / seen.bare.back());
}

void without_latency(bench_report& report, placement where) {
  const bool apart = where == placement::own_processor;
  const int rounds = report.quick() ? 3 : 21;
  table found{.title = apart ? "Host latency 0, the simulated host has a processor to itself"
                             : "Host latency 0, the kernel puts the host's thread where it likes",
              .note = fmt::format("{} resources, medians of {} rounds.", resources, rounds),
              .headings = {"in flight", "bare curl, 1/s", "midas, 1/s", "ratio"}};
  std::map<std::size_t, double> ratios;
  for (const std::size_t in_flight : {1U, 5U, 8U, 16U, 64U}) {
    comparison seen;
    for (int i = 0; i < rounds; ++i) {
      compare(seen, where, 0ms, in_flight);
    }
    ratios[in_flight] = median(seen.ratios);
    found.rows.push_back({std::to_string(in_flight), fmt::format("{:.0f}", median(seen.bare)),
                          fmt::format("{:.0f}", median(seen.ours)),
                          fmt::format("{:.2f}", ratios[in_flight])});
  }
  report.add(found);
  if (apart) {
    for (const std::size_t in_flight : {8U, 64U}) {
      report.add(figure{
          .name = fmt::format("cold fan-out, {} in flight, of what a bare curl loop gets through",
                              in_flight),
          .asked = "at least 80 %",
          .seen = fmt::format("{:.0f} %", 100 * ratios[in_flight]),
          .reached = ratios[in_flight] >= 0.8});
    }
  }
}

// The rounds go through all numbers in flight each, so that a slow moment of the machine does not
// meet one of them alone.
void with_latency(bench_report& report) {
  constexpr auto latency = 5ms;
  const int rounds = report.quick() ? 2 : 11;
  std::set<std::size_t> numbers{8, 16, 32, 64, 100, 128, 192, 256};
  numbers.insert(default_in_flight);
  std::map<std::size_t, comparison> seen;
  for (int i = 0; i < rounds; ++i) {
    for (const auto in_flight : numbers) {
      compare(seen[in_flight], placement::own_processor, latency, in_flight);
    }
  }
  const auto took = [](const std::vector<double>& per_second) {
    return 1e3 * static_cast<double>(resources) / median(per_second);
  };
  table found{.title = "Host latency 5 ms, the last of 1,000 resources",
              .note = fmt::format("The simulated host has a processor to itself; medians of {} "
                                  "rounds. {} in flight are midas's default for hosts that state "
                                  "no limit.",
                                  rounds, default_in_flight),
              .headings = {"in flight", "bare curl, ms", "midas, ms"}};
  plot drawn{
      .name = "fan-out",
      .title = "1,000 resources, host latency 5 ms",
      .x_label = "requests in flight",
      .y_label = "the last token after, ms",
      .x_is_logarithmic = true,
      .lines = {{.label = "bare curl loop", .points = {}}, {.label = "midas", .points = {}}}};
  double best = took(seen.begin()->second.bare);
  auto best_of_midas = seen.begin()->first;
  for (const auto& [in_flight, by] : seen) {
    const auto x = static_cast<double>(in_flight);
    drawn.lines[0].points.emplace_back(x, took(by.bare));
    drawn.lines[1].points.emplace_back(x, took(by.ours));
    best = std::min(best, took(by.bare));
    if (took(by.ours) < took(seen[best_of_midas].ours)) {
      best_of_midas = in_flight;
    }
    found.rows.push_back(
        {std::to_string(in_flight) + (in_flight == default_in_flight ? " (default)" : ""),
         fmt::format("{:.0f}", took(by.bare)), fmt::format("{:.0f}", took(by.ours))});
  }
  report.add(found);
  report.add(drawn);
  const auto by_default = took(seen[default_in_flight].ours);
  report.add(figure{
      .name = "cold fan-out at a host latency of 5 ms, midas as it is by default",
      .asked = fmt::format("at most 1.2 times the bare loop's best ({:.0f} ms)", best),
      .seen =
          fmt::format("{:.2f} times ({:.0f} ms; with {} in flight, its best, {:.0f} ms)",
                      by_default / best, by_default, best_of_midas, took(seen[best_of_midas].ours)),
      .reached = by_default <= 1.2 * best});
}

}  // namespace

int main(int argc, char** argv) {
  bench_report report{argc, argv};
  curl_global_init(CURL_GLOBAL_DEFAULT);
  without_latency(report, placement::own_processor);
  if (!report.quick()) {
    without_latency(report, placement::as_the_kernel_likes);
  }
  with_latency(report);
  return report.finish();
}
