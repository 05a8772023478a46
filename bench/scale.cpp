// Large numbers of waiters, of keys and of threads that read one token.
#include "bench/bench_report.hpp"
#include "bench/keys.hpp"
#include "bench/waiters.hpp"
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

// Measures from the start of the first thread to the end of the last one. Each thread records its
// own times, because with more threads than processors the measuring thread may run late.
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
        constexpr std::uint64_t batch = 1'000;
        ready.arrive_and_wait();
        const auto began = clock_type::now();
        std::uint64_t reads = 0;
        auto now = began;
        for (; now < began + duration; now = clock_type::now()) {
          for (std::uint64_t i = 0; i < batch; ++i) {
            if (!tokens.try_get(vault)) {
              fmt::print(stderr, "no cached token\n");
              std::_Exit(1);
            }
          }
          reads += batch;
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
  table summary{.title = "Threads that read one token continuously (try_get)",
                .note = fmt::format("On {} processors; medians of {} runs.",
                                    std::thread::hardware_concurrency(), rounds),
                .headings = {"threads", "million reads per second"}};
  plot drawn{.name = "readers",
             .title = "try_get of one token, by the number of threads",
             .x_label = "threads",
             .y_label = "reads per second",
             .x_is_logarithmic = true,
             .lines = {{.label = "try_get", .points = {}}}};
  for (int threads = 1; threads <= 256; threads *= 2) {
    std::vector<double> measured;
    for (int i = 0; i < rounds; ++i) {
      measured.push_back(reads_per_second(tokens, threads, duration));
    }
    const auto reads = median(measured);
    drawn.lines[0].points.emplace_back(threads, reads);
    summary.rows.push_back({std::to_string(threads), fmt::format("{:.1f}", reads / 1e6)});
  }
  report.add(summary);
  report.add(drawn);
}

}  // namespace

int main(int argc, char** argv) {
  bench_report report{argc, argv};
  // These two fork, so they run before any thread exists.
  measure_waiters(report);
  measure_keys(report);
  measure_readers(report);
  return report.finish();
}
