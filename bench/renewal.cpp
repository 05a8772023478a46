#include "bench/renewal.hpp"

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
  void renewal_began() {
    const std::lock_guard lock{mutex_};
    renewals_.emplace_back(clock_type::now() - 20ms, clock_type::time_point::max());
  }
  void renewal_ended() {
    const std::lock_guard lock{mutex_};
    if (!renewals_.empty()) {
      renewals_.back().second = clock_type::now() + 20ms;
    }
  }
  void add(const std::vector<span>& calls) {
    const std::lock_guard lock{mutex_};
    slow_.insert(slow_.end(), calls.begin(), calls.end());
  }

  [[nodiscard]] std::size_t refreshes() const {
    const std::lock_guard lock{mutex_};
    return renewals_.size();
  }
  // The slowest call that met a renewal, and the slowest other one.
  [[nodiscard]] std::pair<clock_type::duration, clock_type::duration> slowest() const {
    const std::lock_guard lock{mutex_};
    std::pair<clock_type::duration, clock_type::duration> result{};
    for (const auto& call : slow_) {
      const bool met = std::ranges::any_of(renewals_, [&call](const auto& renewal) {
        return call.first <= renewal.second && call.second >= renewal.first;
      });
      auto& worst = met ? result.first : result.second;
      worst = std::max(worst, call.second - call.first);
    }
    return result;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<span> renewals_;
  std::vector<span> slow_;
};

struct load {
  std::uint64_t calls;
  std::size_t refreshes;
  // Of the host, besides the first, which came before the load.
  std::uint64_t requests;
  double slowest_around_ms;
  double slowest_elsewhere_ms;
};

std::uint64_t ask_until(clock_type::time_point end, token_service& tokens, slowest_calls& slowest) {
  const token_request vault{.resource = "https://vault.azure.net"};
  std::uint64_t calls = 0;
  std::vector<span> slow;
  for (auto from = clock_type::now(); from < end; from = clock_type::now(), ++calls) {
    require(tokens.get(vault, 10s));
    const auto to = clock_type::now();
    // The others are no candidates for the slowest.
    if (to - from > 10us) {
      slow.emplace_back(from, to);
    }
    // Threads that never rest would measure how long the kernel lets each other run.
    std::this_thread::sleep_for(100us);
  }
  slowest.add(slow);
  return calls;
}

load ask_for(std::chrono::seconds duration, std::chrono::seconds lifetime) {
  simulated_host_options simulated;
  simulated.latency = host_latency;
  simulated.expires_in = lifetime;
  const simulated_host imds{simulated};
  token_service_options options;
  options.endpoint = imds.endpoint();
  token_service tokens{options};
  slowest_calls slowest;
  require(tokens.get({.resource = "https://vault.azure.net"}, 10s));
  const auto heard_before = imds.statistics().token_requests;
  const auto subscription = tokens.observe([&slowest](const token_event& event) {
    const auto* const started = std::get_if<acquisition_started>(&event);
    if (started != nullptr && started->in_background) {
      slowest.renewal_began();
    } else if (std::holds_alternative<refresh_done>(event)) {
      slowest.renewal_ended();
    }
  });
  std::atomic<std::uint64_t> calls = 0;
  {
    std::vector<std::jthread> callers;
    const auto end = clock_type::now() + duration;
    for (int i = 0; i < threads; ++i) {
      callers.emplace_back([&] { calls += ask_until(end, tokens, slowest); });
    }
  }
  // A renewal that was begun is heard of before it is counted.
  tokens.shutdown();
  const auto [around, elsewhere] = slowest.slowest();
  return {.calls = calls,
          .refreshes = slowest.refreshes(),
          .requests = imds.statistics().token_requests - heard_before,
          .slowest_around_ms = milliseconds(around),
          .slowest_elsewhere_ms = milliseconds(elsewhere)};
}

table table_of(std::string title, std::string note, const load& seen) {
  return {.title = std::move(title),
          .note = std::move(note),
          .headings = {"calls", "renewals", "HTTP requests", "slowest call around a renewal, ms",
                       "elsewhere, ms"},
          .rows = {{std::to_string(seen.calls), std::to_string(seen.refreshes),
                    std::to_string(seen.requests), fmt::format("{:.2f}", seen.slowest_around_ms),
                    fmt::format("{:.2f}", seen.slowest_elsewhere_ms)}}};
}

}  // namespace

void load_across_renewals(bench_report& report) {
  const auto duration = report.quick() ? 5s : 30s;
  const auto seen = ask_for(duration, 10s);
  report.add(table_of(fmt::format("{} threads ask for {} s, tokens live 10 s, the host takes 50 ms",
                                  threads, duration.count()),
                      "Around a renewal: from 20 ms before it begins to 20 ms after it ends.",
                      seen));
  report.add(figure{.name = "HTTP requests for each renewal under load",
                    .asked = "exactly 1",
                    .seen = fmt::format("{} for {}", seen.requests, seen.refreshes),
                    .reached = seen.refreshes > 0 && seen.requests == seen.refreshes});
  report.add(figure{.name = "the slowest call around a renewal",
                    .asked = fmt::format("no slower than the slowest elsewhere ({:.2f} ms)",
                                         seen.slowest_elsewhere_ms),
                    .seen = fmt::format("{:.2f} ms", seen.slowest_around_ms),
                    .reached = seen.slowest_around_ms <= seen.slowest_elsewhere_ms});
}

void load_near_expiry(bench_report& report) {
  const auto duration = report.quick() ? 4s : 15s;
  report.add(table_of(fmt::format("{} threads ask for {} s, tokens live 3 s, the host takes 50 ms",
                                  threads, duration.count()),
                      "So short a token is handed out for half of its life.",
                      ask_for(duration, 3s)));
}

void require(const expected<access_token>& token) {
  if (!token) {
    fmt::print(stderr, "no token: {}\n", to_string(token.error()));
    std::exit(1);
  }
}

}  // namespace midas::internal::bench
