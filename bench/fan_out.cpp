// A cold fan-out: requests for 1,000 resources at once. Compares the throughput of midas with that
// of a bare curl multi loop with the same simulator and number of requests in flight, alternating
// in one run.
#include "bench/bare_curl.hpp"
#include "bench/bench_report.hpp"
#include "bench/pinned_host.hpp"
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

// Returns requests per second, including the time to open connections.
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

void compare(comparison& measured, host_thread where, std::chrono::milliseconds latency,
             std::size_t in_flight) {
  midas::simulated_host_options options;
  options.latency = latency;
  const auto imds = make_host(where, options);
  measured.bare.push_back(bare_curl(imds->endpoint(), in_flight, resources));
  measured.ours.push_back(with_midas(imds->endpoint(), in_flight));
  measured.ratios.push_back(measured.ours.back() / measured.bare.back());
}

void without_latency(bench_report& report, host_thread where) {
  const bool pinned = where == host_thread::pinned;
  const int rounds = report.quick() ? 3 : 21;
  table summary{.title = pinned ? "Host latency 0, the simulated host pinned to one processor"
                                : "Host latency 0, the simulated host not pinned",
                .note = fmt::format("{} resources, medians of {} rounds.", resources, rounds),
                .headings = {"in flight", "bare curl, 1/s", "midas, 1/s", "ratio"}};
  std::map<std::size_t, double> ratios;
  for (const std::size_t in_flight : {1U, 5U, 8U, 16U, 64U}) {
    comparison measured;
    for (int i = 0; i < rounds; ++i) {
      compare(measured, where, 0ms, in_flight);
    }
    ratios[in_flight] = median(measured.ratios);
    summary.rows.push_back({std::to_string(in_flight), fmt::format("{:.0f}", median(measured.bare)),
                            fmt::format("{:.0f}", median(measured.ours)),
                            fmt::format("{:.2f}", ratios[in_flight])});
  }
  report.add(summary);
  if (pinned) {
    for (const std::size_t in_flight : {8U, 64U}) {
      report.add(figure{
          .name = fmt::format("cold fan-out, {} in flight, throughput relative to a bare curl loop",
                              in_flight),
          .target = "at least 80 %",
          .measured = fmt::format("{:.0f} %", 100 * ratios[in_flight]),
          .reached = ratios[in_flight] >= 0.8});
    }
  }
}

// Each round measures all numbers in flight, so that a slow period of the machine does not affect
// only one of them.
void with_latency(bench_report& report) {
  constexpr auto latency = 5ms;
  const int rounds = report.quick() ? 2 : 11;
  std::set<std::size_t> numbers{8, 16, 32, 64, 100, 128, 192, 256};
  numbers.insert(default_in_flight);
  std::map<std::size_t, comparison> measured;
  for (int i = 0; i < rounds; ++i) {
    for (const auto in_flight : numbers) {
      compare(measured[in_flight], host_thread::pinned, latency, in_flight);
    }
  }
  const auto took = [](const std::vector<double>& per_second) {
    return 1e3 * static_cast<double>(resources) / median(per_second);
  };
  table summary{.title = "Host latency 5 ms, time to the last of 1,000 tokens",
                .note = fmt::format("The simulated host is pinned to one processor; medians of {} "
                                    "rounds. {} in flight is midas's default for hosts without a "
                                    "documented limit.",
                                    rounds, default_in_flight),
                .headings = {"in flight", "bare curl, ms", "midas, ms"}};
  plot drawn{
      .name = "fan-out",
      .title = "1,000 resources, host latency 5 ms",
      .x_label = "requests in flight",
      .y_label = "last token after, ms",
      .x_is_logarithmic = true,
      .lines = {{.label = "bare curl loop", .points = {}}, {.label = "midas", .points = {}}}};
  double best = took(measured.begin()->second.bare);
  auto best_of_midas = measured.begin()->first;
  for (const auto& [in_flight, by] : measured) {
    const auto x = static_cast<double>(in_flight);
    drawn.lines[0].points.emplace_back(x, took(by.bare));
    drawn.lines[1].points.emplace_back(x, took(by.ours));
    best = std::min(best, took(by.bare));
    if (took(by.ours) < took(measured[best_of_midas].ours)) {
      best_of_midas = in_flight;
    }
    summary.rows.push_back(
        {std::to_string(in_flight) + (in_flight == default_in_flight ? " (default)" : ""),
         fmt::format("{:.0f}", took(by.bare)), fmt::format("{:.0f}", took(by.ours))});
  }
  report.add(summary);
  report.add(drawn);
  const auto by_default = took(measured[default_in_flight].ours);
  report.add(figure{
      .name = "cold fan-out at a host latency of 5 ms, midas with default settings",
      .target = fmt::format("at most 1.2 times the bare loop's best ({:.0f} ms)", best),
      .measured = fmt::format("{:.2f} times ({:.0f} ms; with {} in flight, its best, {:.0f} ms)",
                              by_default / best, by_default, best_of_midas,
                              took(measured[best_of_midas].ours)),
      .reached = by_default <= 1.2 * best});
}

}  // namespace

int main(int argc, char** argv) {
  bench_report report{argc, argv};
  curl_global_init(CURL_GLOBAL_DEFAULT);
  without_latency(report, host_thread::pinned);
  if (!report.quick()) {
    without_latency(report, host_thread::unpinned);
  }
  with_latency(report);
  return report.finish();
}
