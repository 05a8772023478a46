// What callers notice of a host that throttles, fails or hangs, and of a token that is renewed.
#include "bench/bench_report.hpp"
#include "bench/renewal.hpp"
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

// At a host that allows what a VM's IMDS does.
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
  // The first 20 go at once, and 20 more each second.
  const double least = (resources - 20) / 20.0;
  const auto throttled = answers_of(imds, 429);
  report.add(table{
      .title = "A host that allows 20 requests a second and 5 at once",
      .headings = {"resources at once", "answers 429", "the last after, s",
                   "the least that the limit permits, s", "ratio"},
      .rows = {{std::to_string(resources), std::to_string(throttled), fmt::format("{:.1f}", took),
                fmt::format("{:.1f}", least), fmt::format("{:.2f}", took / least)}}});
  report.add(figure{.name = fmt::format("{} resources at a host with limits", resources),
                    .asked = "at most 1.1 times the least time, no 429",
                    .seen = fmt::format("{:.2f} times, {}", took / least, throttled),
                    .reached = took <= 1.1 * least && throttled == 0});
}

// -- a host that is broken at first

struct fault {
  const char* name;
  const char* action;
  std::chrono::seconds lasts;
};

struct outage {
  std::uint64_t requests;
  double last_after_recovery;
};

outage live_through(const fault& broken, int callers) {
  midas::simulated_host_options simulated;
  simulated.fault_rules = fmt::format(
      R"({{"rules":[{{"match":{{"window":{{"from":"0s","to":"{}s"}}}},"action":{}}}]}})",
      broken.lasts.count(), broken.action);
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
  return {imds.statistics().token_requests, seconds(clock_type::now() - began - broken.lasts)};
}

// Nearly all of an outage is waiting, so that all of them can be lived through side by side.
void outages(bench_report& report) {
  const int rounds = report.quick() ? 1 : 9;
  const auto [long_one, short_one] = report.quick() ? std::array{1s, 1s} : std::array{5s, 2s};
  const auto faults = {
      fault{"503", R"({"status":503})", long_one},
      fault{"429, Retry-After 2", R"({"status":429,"headers":{"Retry-After":"2"}})", short_one},
      fault{"connection resets", R"({"reset":"before"})", long_one}};
  table found{
      .title = "A host that is broken at first",
      .note = fmt::format("The most and the longest of {} runs. Pauses between attempts are "
                          "1, 2, 4 and 8 s, each with a part left to chance.",
                          rounds),
      .headings = {"the host says", "for, s", "callers", "HTTP requests",
                   "the last has its token after recovery, s"}};
  struct side {
    const fault& broken;
    int callers;
    std::vector<std::future<outage>> runs;
  };
  std::vector<side> sides;
  for (const auto& broken : faults) {
    for (const int callers : {1, 100}) {
      auto& added = sides.emplace_back(side{broken, callers, {}});
      for (int i = 0; i < rounds; ++i) {
        added.runs.push_back(std::async(std::launch::async, live_through, broken, callers));
      }
    }
  }
  std::uint64_t of_one = 0;
  std::vector<figure> figures;
  for (auto& [broken, callers, runs] : sides) {
    std::uint64_t requests = 0;
    double last = 0;
    for (auto& run : runs) {
      const auto seen = run.get();
      requests = std::max(requests, seen.requests);
      last = std::max(last, seen.last_after_recovery);
    }
    found.rows.push_back({broken.name, std::to_string(broken.lasts.count()),
                          std::to_string(callers), std::to_string(requests),
                          fmt::format("{:.1f}", last)});
    if (callers == 1) {
      of_one = requests;
      continue;
    }
    figures.push_back({.name = fmt::format("{} for {} s, what {} callers cause", broken.name,
                                           broken.lasts.count(), callers),
                       .asked = fmt::format("no more requests than one ({})", of_one),
                       .seen = std::to_string(requests),
                       .reached = requests <= of_one});
  }
  report.add(found);
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
    if (token || token.error().code != midas::errc::deadline_exceeded) {
      fmt::print(stderr, "a hanging host, and yet an answer\n");
      std::exit(1);
    }
  }
  std::latch told{1};
  const auto began = clock_type::now();
  double by_callback = 0;
  tokens.get_async(vault, 200ms, [&](const auto&) {
    by_callback = 1e3 * seconds(clock_type::now() - began);
    told.count_down();
  });
  told.wait();
  report.add(
      table{.title = "A host that hangs for 10 s, callers that wait 200 ms",
            .headings = {"who", "told after at most, ms"},
            .rows = {{fmt::format("{} calls of a thread", calls), fmt::format("{:.1f}", by_thread)},
                     {"a callback", fmt::format("{:.1f}", by_callback)}}});
  const auto latest = std::max(by_thread, by_callback);
  report.add(figure{.name = "a hanging host, callers with a deadline of 200 ms",
                    .asked = "told within 250 ms",
                    .seen = fmt::format("{:.0f} ms", latest),
                    .reached = latest <= 250});
}

}  // namespace

int main(int argc, char** argv) {
  bench_report report{argc, argv};
  hanging_host(report);
  outages(report);
  load_across_renewals(report);
  load_near_expiry(report);
  limited_fan_out(report);
  return report.finish();
}
