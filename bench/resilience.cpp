// The effect on callers of a host that throttles, fails or hangs, and of refreshes.
#include "bench/bench_report.hpp"
#include "bench/refresh_load.hpp"
#include <midas/midas.hpp>
#include <midas/simulated_host.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <future>
#include <latch>
#include <string>
#include <vector>

namespace {

using namespace midas::internal::bench;
using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

const midas::token_request vault{.resource = "https://vault.azure.net"};

double seconds(clock_type::duration time) { return std::chrono::duration<double>(time).count(); }

std::uint64_t answers_of(const midas::simulated_host& imds, int status) {
  const auto statuses = imds.statistics().statuses;
  const auto found = statuses.find(status);
  return found == statuses.end() ? 0 : found->second;
}

// A host with the limits of IMDS on a virtual machine.
void limited_fan_out(bench_report& report) {
  const int resources = report.quick() ? 60 : 1'000;
  midas::simulated_host_options simulated;
  simulated.limit_per_second = 20;
  simulated.limit_concurrency = 5;
  simulated.latency = 20ms;
  const midas::simulated_host imds{simulated};
  midas::token_service_options options;
  options.endpoint = imds.endpoint();
  midas::token_service tokens{options};
  std::latch answered{resources};
  const auto began = clock_type::now();
  for (int i = 0; i < resources; ++i) {
    tokens.get_async({.resource = "https://limited.example/" + std::to_string(i)}, 5min,
                     [&answered](const midas::expected<midas::access_token>& token) {
                       require(token);
                       answered.count_down();
                     });
  }
  answered.wait();
  const auto took = seconds(clock_type::now() - began);
  // 20 requests immediately, then 20 per second.
  const double min_time = (resources - 20) / 20.0;
  const auto throttled = answers_of(imds, 429);
  report.add(table{
      .title = "A host that allows 20 requests per second and 5 in flight",
      .headings = {"resources", "429 responses", "last token after, s", "minimum for the limit, s",
                   "ratio"},
      .rows = {{std::to_string(resources), std::to_string(throttled), fmt::format("{:.1f}", took),
                fmt::format("{:.1f}", min_time), fmt::format("{:.2f}", took / min_time)}}});
  report.add(figure{.name = fmt::format("{} resources at a host with limits", resources),
                    .target = "at most 1.1 times the minimum, no 429",
                    .measured = fmt::format("{:.2f} times, {}", took / min_time, throttled),
                    .reached = took <= 1.1 * min_time && throttled == 0});
}

struct fault {
  const char* name;
  const char* action;
  std::chrono::seconds duration;
};

struct outage {
  std::uint64_t requests;
  double last_after_recovery;
};

outage measure_outage(const fault& broken, int callers) {
  midas::simulated_host_options simulated;
  simulated.fault_rules = fmt::format(
      R"({{"rules":[{{"match":{{"window":{{"from":"0s","to":"{}s"}}}},"action":{}}}]}})",
      broken.duration.count(), broken.action);
  const auto began = clock_type::now();
  const midas::simulated_host imds{simulated};
  midas::token_service_options options;
  options.endpoint = imds.endpoint();
  midas::token_service tokens{options};
  std::latch answered{callers};
  for (int i = 0; i < callers; ++i) {
    tokens.get_async(vault, 60s, [&answered](const midas::expected<midas::access_token>& token) {
      require(token);
      answered.count_down();
    });
  }
  answered.wait();
  return {imds.statistics().token_requests, seconds(clock_type::now() - began - broken.duration)};
}

// An outage consists mostly of waiting, so all of them run concurrently.
void outages(bench_report& report) {
  const int rounds = report.quick() ? 1 : 9;
  const auto [long_one, short_one] = report.quick() ? std::array{1s, 1s} : std::array{5s, 2s};
  const auto faults = {
      fault{"503", R"({"status":503})", long_one},
      fault{"429, Retry-After 2", R"({"status":429,"headers":{"Retry-After":"2"}})", short_one},
      fault{"connection resets", R"({"reset":"before"})", long_one}};
  table summary{
      .title = "A host that fails at first",
      .note = fmt::format("Maxima of {} runs. The pauses between attempts are 1, 2, 4 and 8 s, "
                          "each with jitter.",
                          rounds),
      .headings = {"fault", "duration, s", "callers", "HTTP requests",
                   "last token after recovery, s"}};
  struct scenario {
    const fault& broken;
    int callers;
    std::vector<std::future<outage>> runs;
  };
  std::vector<scenario> scenarios;
  for (const auto& broken : faults) {
    for (const int callers : {1, 100}) {
      auto& added = scenarios.emplace_back(scenario{broken, callers, {}});
      for (int i = 0; i < rounds; ++i) {
        added.runs.push_back(std::async(std::launch::async, measure_outage, broken, callers));
      }
    }
  }
  std::uint64_t requests_of_one = 0;
  std::vector<figure> figures;
  for (auto& [broken, callers, runs] : scenarios) {
    std::uint64_t requests = 0;
    double last = 0;
    for (auto& run : runs) {
      const auto measured = run.get();
      requests = std::max(requests, measured.requests);
      last = std::max(last, measured.last_after_recovery);
    }
    summary.rows.push_back({broken.name, std::to_string(broken.duration.count()),
                            std::to_string(callers), std::to_string(requests),
                            fmt::format("{:.1f}", last)});
    if (callers == 1) {
      requests_of_one = requests;
      continue;
    }
    figures.push_back(
        {.name = fmt::format("{} for {} s, requests of {} callers", broken.name,
                             broken.duration.count(), callers),
         .target = fmt::format("no more than those of one caller ({})", requests_of_one),
         .measured = std::to_string(requests),
         .reached = requests <= requests_of_one});
  }
  report.add(summary);
  for (auto& each : figures) {
    report.add(std::move(each));
  }
}

void hanging_host(bench_report& report) {
  const int calls = report.quick() ? 5 : 20;
  midas::simulated_host_options simulated;
  simulated.latency = 10s;
  const midas::simulated_host imds{simulated};
  midas::token_service_options options;
  options.endpoint = imds.endpoint();
  midas::token_service tokens{options};
  double by_thread = 0;
  for (int i = 0; i < calls; ++i) {
    const auto began = clock_type::now();
    const auto token = tokens.get(vault, 200ms);
    by_thread = std::max(by_thread, 1e3 * seconds(clock_type::now() - began));
    // Later calls fail earlier, with the failure of the attempts before them.
    if (token) {
      fmt::print(stderr, "unexpected token from a hanging host\n");
      std::exit(1);
    }
  }
  std::latch answered{1};
  const auto began = clock_type::now();
  double by_callback = 0;
  tokens.get_async(vault, 200ms, [&](const auto&) {
    by_callback = 1e3 * seconds(clock_type::now() - began);
    answered.count_down();
  });
  answered.wait();
  report.add(
      table{.title = "A host that hangs for 10 s, callers with a timeout of 200 ms",
            .headings = {"caller", "slowest error after, ms"},
            .rows = {{fmt::format("{} calls of a thread", calls), fmt::format("{:.1f}", by_thread)},
                     {"a callback", fmt::format("{:.1f}", by_callback)}}});
  const auto latest = std::max(by_thread, by_callback);
  report.add(figure{.name = "a hanging host, callers with a timeout of 200 ms",
                    .target = "error within 250 ms",
                    .measured = fmt::format("{:.0f} ms", latest),
                    .reached = latest <= 250});
}

}  // namespace

int main(int argc, char** argv) {
  bench_report report{argc, argv};
  hanging_host(report);
  outages(report);
  measure_refresh_under_load(report);
  measure_short_lifetimes(report);
  limited_fan_out(report);
  return report.finish();
}
