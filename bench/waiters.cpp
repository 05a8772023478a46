#include "bench/waiters.hpp"

#include "bench/child_process.hpp"
#include "bench/fresh_process.hpp"
#include "bench/manual_transport.hpp"
#include "service/service_core.hpp"
#include "tools/load/detached_coroutine.hpp"
#include <midas/actors.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace midas::internal::bench {

struct request_all {};

inline std::string to_string(const request_all&) { return "request_all"; }

}  // namespace midas::internal::bench

MIDAS_BEGIN_MESSAGES(midas_bench_waiters, 120)
MIDAS_LOCAL_MESSAGE(midas_bench_waiters, midas::internal::bench::request_all)
MIDAS_END_MESSAGES(midas_bench_waiters)

namespace midas::internal::bench {

namespace {

using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

const token_request vault{.resource = "https://vault.azure.net"};

void take(const expected<access_token>& token, std::latch& answered) {
  if (!token) {
    fmt::print(stderr, "no token: {}\n", to_string(token.error()));
    std::_Exit(1);
  }
  answered.count_down();
}

void request_by_callbacks(token_service& tokens, std::size_t count, std::latch& answered) {
  for (std::size_t i = 0; i < count; ++i) {
    tokens.get_async(vault, 1h, [&answered](const auto& token) { take(token, answered); });
  }
}

tools::detached request_once(token_service& tokens, std::latch& answered) {
  take(co_await tokens.async_get(vault, 1h), answered);
}

void request_by_coroutines(token_service& tokens, std::size_t count, std::latch& answered) {
  for (std::size_t i = 0; i < count; ++i) {
    request_once(tokens, answered);
  }
}

using caller_actor = caf_compat::typed_actor<
    // Sends all requests.
    void(request_all)>;

struct caller_state {
  static inline const char* name = "midas.bench.caller";

  explicit caller_state(caller_actor::pointer actor) : self(actor) {}

  void start(token_actor cache_handle, std::size_t all, std::latch* all_answered) {
    cache = std::move(cache_handle);
    count = all;
    answered = all_answered;
  }

  caller_actor::behavior_type make_behavior() {
    return {[this](request_all) {
      for (std::size_t i = 0; i < count; ++i) {
        caf_compat::request(self, cache, vault, std::chrono::nanoseconds{1h})
            .then([this](const access_token& token) { take(token, *answered); },
                  [this](const caf::error& e) { take(unexpected{to_error(e)}, *answered); });
      }
    }};
  }

  caller_actor::pointer self;
  token_actor cache;
  std::size_t count = 0;
  std::latch* answered = nullptr;
};

// The actor system is leaked: it must outlive the measurement, which ends the process.
void request_by_actor(token_service& tokens, std::size_t count, std::latch& answered) {
  init_global_meta_objects();
  caf_compat::register_messages<caf_compat::blocks::midas_bench_waiters>();
  static caf::actor_system_config config;
  caf_compat::configure_sleeping_threads(config, 1);
  auto* const system = new caf::actor_system{config};
  const auto caller =
      caf_compat::spawn<caller_actor, caller_state>(*system, tokens.cache(), count, &answered);
  caf_compat::anonymous_send(caller, request_all{});
}

struct cost {
  double in_use;
  double resident;
  double request_ns;
  double answer_ns;
};

double resident_bytes() {
  return static_cast<double>(status_value("/proc/self/status", "VmRSS")) * 1'024;
}

template <class Ask>
cost measure(std::size_t count, Ask ask) {
  return in_fresh_process([count, ask] {
    const auto host = std::make_shared<manual_transport>();
    token_service_options options;
    options.endpoint = "http://127.0.0.1:9";
    auto tokens = make_token_service(options, host);
    std::latch answered{static_cast<std::ptrdiff_t>(count + 1)};
    // Start the acquisition and its actor first, so that they do not count.
    request_by_callbacks(tokens, 1, answered);
    while (tokens.statistics().acquisitions == 0) {
      std::this_thread::yield();
    }
    const auto in_use = bytes_in_use();
    const auto resident = resident_bytes();
    const auto per_one = [count](auto amount) { return amount / static_cast<double>(count); };
    const auto nanoseconds = [](clock_type::duration time) {
      return std::chrono::duration<double, std::nano>(time).count();
    };
    const auto began = clock_type::now();
    ask(tokens, count, answered);
    while (tokens.statistics().coalesced < count) {
      std::this_thread::sleep_for(1ms);
    }
    cost measured{.in_use = per_one(bytes_in_use() - in_use),
                  .resident = per_one(resident_bytes() - resident),
                  .request_ns = per_one(nanoseconds(clock_type::now() - began)),
                  .answer_ns = 0};
    const auto released = clock_type::now();
    host->complete();
    answered.wait();
    measured.answer_ns = per_one(nanoseconds(clock_type::now() - released));
    return measured;
  });
}

std::string thousands(std::size_t count) {
  return count >= 1'000'000 ? fmt::format("{},000,000", count / 1'000'000)
                            : fmt::format("{},000", count / 1'000);
}

}  // namespace

void measure_waiters(bench_report& report) {
  const std::size_t many = report.quick() ? 100'000 : 1'000'000;
  const std::size_t of_actor = report.quick() ? 10'000 : 100'000;
  table summary{
      .title = "Concurrent waiters for one token",
      .note =
          "Per waiter: bytes allocated and not freed, growth of resident memory, time from the "
          "first request until all wait, and time from the host's response until all have the "
          "token. A coroutine includes its frame, a request of an actor what CAF stores for it.",
      .headings = {"waiters", "bytes in use", "bytes resident", "request, ns", "answer, ns"}};
  const auto add = [&summary](const std::string& waiters, const cost& measured) {
    summary.rows.push_back(
        {waiters, fmt::format("{:.0f}", measured.in_use), fmt::format("{:.0f}", measured.resident),
         fmt::format("{:.0f}", measured.request_ns), fmt::format("{:.0f}", measured.answer_ns)});
  };
  const auto callbacks = measure(many, request_by_callbacks);
  const auto coroutines = measure(many, request_by_coroutines);
  add(thousands(many) + " callbacks (get_async)", callbacks);
  add(thousands(many) + " coroutines (async_get)", coroutines);
  add(thousands(of_actor) + " requests of an actor", measure(of_actor, request_by_actor));
  report.add(summary);
  const auto add_figures = [&report, many](const std::string& waiters, const cost& measured) {
    report.add(
        figure{.name = fmt::format("{} waiting {}, memory per waiter", thousands(many), waiters),
               .target = "at most 600 bytes",
               .measured = fmt::format("{:.0f} bytes in use ({:.0f} resident)", measured.in_use,
                                       measured.resident),
               .reached = measured.in_use <= 600});
  };
  add_figures("callbacks", callbacks);
  add_figures("coroutines", coroutines);
}

}  // namespace midas::internal::bench
