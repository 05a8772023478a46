#include "bench/refresh_load.hpp"

#include <midas/midas.hpp>
#include <midas/simulated_host.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace midas::internal::bench {

namespace {

using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;
using span = std::pair<clock_type::time_point, clock_type::time_point>;

constexpr int threads = 16;
constexpr auto host_latency = 50ms;

double milliseconds(clock_type::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

// Thread-safe.
class slowest_calls {
 public:
  void refresh_started() {
    const std::lock_guard lock{mutex_};
    refreshes_.emplace_back(clock_type::now() - 20ms, clock_type::time_point::max());
  }
  void refresh_ended() {
    const std::lock_guard lock{mutex_};
    if (!refreshes_.empty()) {
      refreshes_.back().second = clock_type::now() + 20ms;
    }
  }
  void add(const std::vector<span>& calls) {
    const std::lock_guard lock{mutex_};
    slow_.insert(slow_.end(), calls.begin(), calls.end());
  }

  [[nodiscard]] std::size_t refreshes() const {
    const std::lock_guard lock{mutex_};
    return refreshes_.size();
  }
  // The slowest call during a refresh, and the slowest other one.
  [[nodiscard]] std::pair<clock_type::duration, clock_type::duration> slowest() const {
    const std::lock_guard lock{mutex_};
    std::pair<clock_type::duration, clock_type::duration> result{};
    for (const auto& call : slow_) {
      const bool overlaps = std::ranges::any_of(refreshes_, [&call](const auto& refresh) {
        return call.first <= refresh.second && call.second >= refresh.first;
      });
      auto& worst = overlaps ? result.first : result.second;
      worst = std::max(worst, call.second - call.first);
    }
    return result;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<span> refreshes_;
  std::vector<span> slow_;
};

struct load {
  std::uint64_t calls;
  std::size_t refreshes;
  // Without the first one, which precedes the load.
  std::uint64_t requests;
  double slowest_during_ms;
  double slowest_other_ms;
};

std::uint64_t request_until(clock_type::time_point end, token_service& tokens,
                            slowest_calls& slowest) {
  const token_request vault{.resource = "https://vault.azure.net"};
  std::uint64_t calls = 0;
  std::vector<span> slow;
  for (auto from = clock_type::now(); from < end; from = clock_type::now(), ++calls) {
    require(tokens.get(vault, 10s));
    const auto to = clock_type::now();
    // Faster calls cannot be the slowest.
    if (to - from > 10us) {
      slow.emplace_back(from, to);
    }
    // Without a pause, the calls would measure how long the kernel runs the other threads.
    std::this_thread::sleep_for(100us);
  }
  slowest.add(slow);
  return calls;
}

load measure(std::chrono::seconds duration, std::chrono::seconds lifetime) {
  simulated_host_options simulated;
  simulated.latency = host_latency;
  simulated.expires_in = lifetime;
  const simulated_host imds{simulated};
  token_service_options options;
  options.endpoint = imds.endpoint();
  token_service tokens{options};
  slowest_calls slowest;
  require(tokens.get({.resource = "https://vault.azure.net"}, 10s));
  const auto requests_before = imds.statistics().token_requests;
  const auto subscription = tokens.observe([&slowest](const token_event& event) {
    const auto* const started = std::get_if<acquisition_started>(&event);
    if (started != nullptr && started->in_background) {
      slowest.refresh_started();
    } else if (std::holds_alternative<refresh_done>(event)) {
      slowest.refresh_ended();
    }
  });
  std::atomic<std::uint64_t> calls = 0;
  {
    std::vector<std::jthread> callers;
    const auto end = clock_type::now() + duration;
    for (int i = 0; i < threads; ++i) {
      callers.emplace_back([&] { calls += request_until(end, tokens, slowest); });
    }
  }
  // After shutdown, the host has counted every refresh that has started.
  tokens.shutdown();
  const auto [during, other] = slowest.slowest();
  return {.calls = calls,
          .refreshes = slowest.refreshes(),
          .requests = imds.statistics().token_requests - requests_before,
          .slowest_during_ms = milliseconds(during),
          .slowest_other_ms = milliseconds(other)};
}

table table_of(std::string title, std::string note, const load& measured) {
  return {.title = std::move(title),
          .note = std::move(note),
          .headings = {"calls", "refreshes", "HTTP requests", "slowest call during a refresh, ms",
                       "slowest other call, ms"},
          .rows = {{std::to_string(measured.calls), std::to_string(measured.refreshes),
                    std::to_string(measured.requests),
                    fmt::format("{:.2f}", measured.slowest_during_ms),
                    fmt::format("{:.2f}", measured.slowest_other_ms)}}};
}

}  // namespace

void measure_refresh_under_load(bench_report& report) {
  const auto duration = report.quick() ? 5s : 30s;
  const auto measured = measure(duration, 10s);
  report.add(table_of(fmt::format("{} threads for {} s, token lifetime 10 s, host latency 50 ms",
                                  threads, duration.count()),
                      "During a refresh: from 20 ms before its start to 20 ms after its end.",
                      measured));
  report.add(figure{.name = "HTTP requests per refresh under load",
                    .target = "exactly 1",
                    .measured = fmt::format("{} for {}", measured.requests, measured.refreshes),
                    .reached = measured.refreshes > 0 && measured.requests == measured.refreshes});
  report.add(figure{.name = "slowest call during a refresh",
                    .target = fmt::format("no slower than the slowest other call ({:.2f} ms)",
                                          measured.slowest_other_ms),
                    .measured = fmt::format("{:.2f} ms", measured.slowest_during_ms),
                    .reached = measured.slowest_during_ms <= measured.slowest_other_ms});
}

void measure_short_lifetimes(bench_report& report) {
  const auto duration = report.quick() ? 4s : 15s;
  report.add(table_of(fmt::format("{} threads for {} s, token lifetime 3 s, host latency 50 ms",
                                  threads, duration.count()),
                      "So short a token is handed out only for half of its lifetime.",
                      measure(duration, 3s)));
}

void require(const expected<access_token>& token) {
  if (!token) {
    fmt::print(stderr, "no token: {}\n", to_string(token.error()));
    std::exit(1);
  }
}

}  // namespace midas::internal::bench
