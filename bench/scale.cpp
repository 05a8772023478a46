// Very many at once: who wait, tokens at hand, threads that read one.
#include <midas/actors/token_table.hpp>
#include <midas/midas.hpp>
#include <midas/simulator/simulated_imds.hpp>

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

#include "bench_report.hpp"
#include "child_process.hpp"
#include "fresh_process.hpp"
#include "waiting.hpp"

namespace {

using namespace midas::bench;
using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

std::string resource_of(std::size_t n) { return "https://scale.example/" + std::to_string(n); }

double nanoseconds_each(clock_type::duration time, std::size_t count) {
  return std::chrono::duration<double, std::nano>(time).count() / static_cast<double>(count);
}

// -- tokens at hand

struct key_cost {
  double bytes_at_once;
  double bytes_at_rest;
  double token_bytes;
  double acquire_ns;
};

void acquire_all(midas::token_service& tokens, std::size_t count) {
  // More at once would measure the memory of waiting.
  constexpr std::size_t at_once = 1'000;
  for (std::size_t first = 0; first < count; first += at_once) {
    const auto end = std::min(count, first + at_once);
    std::latch answered{static_cast<std::ptrdiff_t>(end - first)};
    for (auto n = first; n < end; ++n) {
      tokens.get_async({.resource = resource_of(n)}, 1min, [&answered](const auto& token) {
        if (!token) {
          fmt::print(stderr, "no token: {}\n", to_string(token.error()));
          std::_Exit(1);
        }
        answered.count_down();
      });
    }
    answered.wait();
  }
}

key_cost cost_of_keys(const std::string& endpoint, std::size_t count) {
  midas::token_service_options options;
  options.endpoint = endpoint;
  options.limits = {64, 0};
  options.max_keys = count + 1;
  midas::token_service tokens{options};
  acquire_all(tokens, 1);
  const auto before = bytes_in_use();
  const auto began = clock_type::now();
  acquire_all(tokens, count);
  const auto took = clock_type::now() - began;
  const auto at_once = bytes_in_use() - before;
  // An acquisition that has rested for ten seconds ends, and is looked for every ten.
  std::this_thread::sleep_for(22s);
  const auto at_rest = bytes_in_use() - before;
  const auto held = tokens.try_get({.resource = resource_of(count / 2)});
  const auto all = static_cast<double>(count);
  return {.bytes_at_once = at_once / all,
          .bytes_at_rest = at_rest / all,
          .token_bytes = held ? static_cast<double>(held->token().size()) : 0,
          .acquire_ns = nanoseconds_each(took, count)};
}

struct table_cost {
  double publish_ns;
  double evict_ns;
  double pause_ms;
};

// The longest that readers wait is for a sixteenth of the keys to leave at once.
table_cost cost_of_table(std::size_t count) {
  midas::token_table table;
  const auto now = midas::moment::now();
  std::vector<midas::token_key> keys;
  std::vector<midas::access_token> tokens;
  for (std::size_t n = 0; n < count; ++n) {
    keys.push_back({.identity = {}, .resource = resource_of(n)});
    midas::token_grant grant;
    grant.token = midas::secret{std::string(1'800, 'T')};
    grant.expires_on = now.wall + 24h;
    tokens.emplace_back(grant, midas::token_source::identity_provider);
  }
  const auto began = clock_type::now();
  for (std::size_t n = 0; n < count; ++n) {
    table.publish(keys[n], tokens[n], {.end = now + 23h, .refresh_at = now.boot + 12h}, now);
  }
  const auto published = clock_type::now();
  tokens.clear();
  const auto leaving = count / 16;
  const auto before = clock_type::now();
  const auto dropped = table.drop_oldest(count - leaving);
  const auto evicted = clock_type::now() - before;
  return {.publish_ns = nanoseconds_each(published - began, count),
          .evict_ns = nanoseconds_each(evicted, dropped.size()),
          .pause_ms = std::chrono::duration<double, std::milli>(evicted).count()};
}

void measure_keys(bench_report& report) {
  const std::size_t count = report.quick() ? 10'000 : 100'000;
  const auto keys = [count] {
    // Its memory is its own.
    const host_process host;
    return in_fresh_process([&host, count] { return cost_of_keys(host.endpoint(), count); });
  }();
  const auto of_table = in_fresh_process([count] { return cost_of_table(count); });
  const auto beyond = keys.bytes_at_rest - keys.token_bytes;
  report.add(table{
      .title = fmt::format("{},000 keys, each with its token", count / 1'000),
      .note = fmt::format("Bytes are those of one key that are in use beyond its token's {:.0f}: "
                          "right after they were acquired, and when what acquires them has come to "
                          "rest. A sixteenth of the keys leave at once when there are too many.",
                          keys.token_bytes),
      .headings = {"", "seen"},
      .rows = {
          {"bytes, just acquired", fmt::format("{:.0f}", keys.bytes_at_once - keys.token_bytes)},
          {"bytes, at rest", fmt::format("{:.0f}", beyond)},
          {"to acquire one, the wire included, us", fmt::format("{:.1f}", keys.acquire_ns / 1e3)},
          {"to publish one, ns", fmt::format("{:.0f}", of_table.publish_ns)},
          {"to evict one, ns", fmt::format("{:.0f}", of_table.evict_ns)},
          {"to evict a sixteenth, ms", fmt::format("{:.2f}", of_table.pause_ms)}}});
  report.add(figure{.name = fmt::format("{},000 keys, memory of one", count / 1'000),
                    .asked = "at most 1 kB beyond its token",
                    .seen = fmt::format("{:.0f} bytes", beyond),
                    .reached = beyond <= 1'000});
}

// -- threads that read

// From when the first begins until the last has ended: with more threads than processors, none of
// these moments is when the thread that measures gets to run.
double reads_per_second(midas::token_service& tokens, int threads, clock_type::duration duration) {
  const midas::token_request vault{.resource = resource_of(0)};
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
      running.emplace_back([&mine, &tokens, &vault, &ready, duration] {
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
  const midas::simulated_imds imds;
  midas::token_service_options options;
  options.endpoint = imds.endpoint();
  midas::token_service tokens{options};
  acquire_all(tokens, 1);
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
