#include "bench/keys.hpp"

#include "bench/child_process.hpp"
#include "bench/fresh_process.hpp"
#include "published/token_table.hpp"
#include <midas/midas.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <latch>
#include <string>
#include <thread>
#include <vector>

namespace midas::internal::bench {

namespace {

using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

std::string resource_of(std::size_t n) { return "https://scale.example/" + std::to_string(n); }

double nanoseconds_each(clock_type::duration time, std::size_t count) {
  return std::chrono::duration<double, std::nano>(time).count() / static_cast<double>(count);
}

struct key_cost {
  double bytes_acquired;
  double bytes_idle;
  double token_bytes;
  double acquire_ns;
};

void acquire_all(token_service& tokens, std::size_t count) {
  // In batches, so that the memory of waiting requests does not count.
  constexpr std::size_t batch = 1'000;
  for (std::size_t first = 0; first < count; first += batch) {
    const auto end = std::min(count, first + batch);
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
  token_service_options options;
  options.endpoint = endpoint;
  options.limits = {64, 0};
  options.max_keys = count + 1;
  token_service tokens{options};
  acquire_all(tokens, 1);
  const auto before = bytes_in_use();
  const auto began = clock_type::now();
  acquire_all(tokens, count);
  const auto took = clock_type::now() - began;
  const auto acquired = bytes_in_use() - before;
  // Acquisitions end after ten idle seconds and are checked every ten seconds.
  std::this_thread::sleep_for(22s);
  const auto idle = bytes_in_use() - before;
  const auto held = tokens.try_get({.resource = resource_of(count / 2)});
  const auto all = static_cast<double>(count);
  return {.bytes_acquired = acquired / all,
          .bytes_idle = idle / all,
          .token_bytes = held ? static_cast<double>(held->token().size()) : 0,
          .acquire_ns = nanoseconds_each(took, count)};
}

struct table_cost {
  double publish_ns;
  double evict_ns;
  double pause_ms;
};

// Readers wait longest while a sixteenth of the keys is evicted at once.
table_cost cost_of_table(std::size_t count) {
  token_table table;
  const auto now = clock_reading::now();
  std::vector<token_key> keys;
  std::vector<access_token> tokens;
  for (std::size_t n = 0; n < count; ++n) {
    keys.push_back({.identity = {}, .resource = resource_of(n)});
    token_grant grant;
    grant.token = secret{std::string(1'800, 'T')};
    grant.expires_on = now.wall + 24h;
    tokens.emplace_back(grant, token_source::identity_provider);
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

}  // namespace

void measure_keys(bench_report& report) {
  const std::size_t count = report.quick() ? 10'000 : 100'000;
  const auto keys = [count] {
    // A separate process, so that its memory does not count.
    const host_process host;
    return in_fresh_process([&host, count] { return cost_of_keys(host.endpoint(), count); });
  }();
  const auto of_table = in_fresh_process([count] { return cost_of_table(count); });
  const auto beyond = keys.bytes_idle - keys.token_bytes;
  report.add(table{
      .title = fmt::format("{},000 keys with one token each", count / 1'000),
      .note =
          fmt::format("Bytes in use per key in addition to its token of {:.0f} bytes: right after "
                      "acquisition, and when the acquisitions have ended. If there are too many "
                      "keys, a sixteenth of them is evicted at once.",
                      keys.token_bytes),
      .headings = {"", "measured"},
      .rows = {{"bytes, after acquisition",
                fmt::format("{:.0f}", keys.bytes_acquired - keys.token_bytes)},
               {"bytes, idle", fmt::format("{:.0f}", beyond)},
               {"acquiring one, including HTTP, us", fmt::format("{:.1f}", keys.acquire_ns / 1e3)},
               {"publishing one, ns", fmt::format("{:.0f}", of_table.publish_ns)},
               {"evicting one, ns", fmt::format("{:.0f}", of_table.evict_ns)},
               {"evicting a sixteenth, ms", fmt::format("{:.2f}", of_table.pause_ms)}}});
  report.add(figure{.name = fmt::format("{},000 keys, memory per key", count / 1'000),
                    .target = "at most 1 kB in addition to its token",
                    .measured = fmt::format("{:.0f} bytes", beyond),
                    .reached = beyond <= 1'000});
}

}  // namespace midas::internal::bench
