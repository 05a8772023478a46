// Very many at once: who wait, tokens at hand, threads that read one.
#include "bench/bench_report.hpp"
#include "bench/keys.hpp"
#include "bench/waiting.hpp"
#include <midas/midas.hpp>
#include <midas/simulated_host.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <latch>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace midas::internal::bench;
using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

const midas::token_request vault{.resource = "https://vault.azure.net"};

// From when the first begins until the last has ended: with more threads than processors, none of
// these moments is when the thread that measures gets to run.
double reads_per_second(midas::token_service& tokens, int threads, clock_type::duration duration) {
  struct reader {
    clock_type::time_point began;
    clock_type::time_point ended;
    std::uint64_t reads = 0;
  };
  std::vector<reader> all(static_cast<std::size_t>(threads));
  std::latch ready{threads};
  {
    std::vector<std::jthread> running;
    for (auto& mine : all) {
      running.emplace_back([&mine, &tokens, &ready, duration] {
        constexpr std::uint64_t between_looks_at_the_clock = 1'000;
        ready.arrive_and_wait();
        const auto began = clock_type::now();
        std::uint64_t reads = 0;
        auto now = began;
        for (; now < began + duration; now = clock_type::now()) {
          for (std::uint64_t i = 0; i < between_looks_at_the_clock; ++i) {
            if (!tokens.try_get(vault)) {
              fmt::print(stderr, "no token at hand\n");
              std::_Exit(1);
            }
          }
          reads += between_looks_at_the_clock;
        }
        mine = {began, now, reads};
      });
    }
  }
  const auto reads = std::accumulate(all.begin(), all.end(), std::uint64_t{0},
                                     [](auto sum, const auto& each) { return sum + each.reads; });
  const auto began = std::ranges::min(all, {}, &reader::began).began;
  const auto ended = std::ranges::max(all, {}, &reader::ended).ended;
  return static_cast<double>(reads) / std::chrono::duration<double>(ended - began).count();
}

void measure_readers(bench_report& report) {
  const auto duration = report.quick() ? 50ms : 700ms;
  const int rounds = report.quick() ? 1 : 3;
  const midas::simulated_host imds;
  midas::token_service_options options;
  options.endpoint = imds.endpoint();
  midas::token_service tokens{options};
  (void)tokens.get(vault, 5s);
  table found{.title = "Threads that read one token all the time (try_get)",
              .note = fmt::format("On {} processors; medians of {} runs.",
                                  std::thread::hardware_concurrency(), rounds),
              .headings = {"threads", "reads, millions a second"}};
  plot drawn{.name = "readers",
             .title = "try_get of one token, by the number of threads",
             .x_label = "threads",
             .y_label = "reads a second",
             .x_is_logarithmic = true,
             .lines = {{.label = "try_get", .points = {}}}};
  for (int threads = 1; threads <= 256; threads *= 2) {
    std::vector<double> seen;
    for (int i = 0; i < rounds; ++i) {
      seen.push_back(reads_per_second(tokens, threads, duration));
    }
    const auto middle = median(seen);
    drawn.lines[0].points.emplace_back(threads, middle);
    found.rows.push_back({std::to_string(threads), fmt::format("{:.1f}", middle / 1e6)});
  }
  report.add(found);
  report.add(drawn);
}

}  // namespace

int main(int argc, char** argv) {
  bench_report report{argc, argv};
  // These two fork, and so come before there are threads.
  measure_waiting(report);
  measure_keys(report);
  measure_readers(report);
  return report.finish();
}
