#include "bench/waiting.hpp"

#include "bench/child_process.hpp"
#include "bench/fresh_process.hpp"
#include "bench/held_host.hpp"
#include "service/service_core.hpp"
#include "tests/support/coroutine.hpp"
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

struct ask_all {};

inline std::string to_string(const ask_all&) { return "ask_all"; }

}  // namespace midas::internal::bench

MIDAS_LOCAL_MESSAGE(midas::internal::bench::ask_all)

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

void ask_by_callbacks(token_service& tokens, std::size_t count, std::latch& answered) {
  for (std::size_t i = 0; i < count; ++i) {
    tokens.get_async(vault, 1h, [&answered](const auto& token) { take(token, answered); });
  }
}

midas::internal::test::detached ask_once(token_service& tokens, std::latch& answered) {
  take(co_await tokens.async_get(vault, 1h), answered);
}

void ask_by_coroutines(token_service& tokens, std::size_t count, std::latch& answered) {
  for (std::size_t i = 0; i < count; ++i) {
    ask_once(tokens, answered);
  }
}

using asker_actor = caf_compat::typed_actor<
    // Sends all its requests.
    void(ask_all)>;

struct asker_state {
  static inline const char* name = "midas.bench.asker";

  explicit asker_state(asker_actor::pointer actor) : self(actor) {}

  void start(cache_actor where, std::size_t all, std::latch* told) {
    cache = std::move(where);
    count = all;
    answered = told;
  }

  asker_actor::behavior_type make_behavior() {
    return {[this](ask_all) {
      for (std::size_t i = 0; i < count; ++i) {
        caf_compat::request(self, cache, vault, std::chrono::nanoseconds{1h})
            .then([this](const access_token& token) { take(token, *answered); },
                  [this](const caf::error& e) { take(unexpected{to_error(e)}, *answered); });
      }
    }};
  }

  asker_actor::pointer self;
  cache_actor cache;
  std::size_t count = 0;
  std::latch* answered = nullptr;
};

// Lives as long as the process that measures.
void ask_by_actor(token_service& tokens, std::size_t count, std::latch& answered) {
  static caf::actor_system_config config;
  caf_compat::configure_sleeping_threads(config, 1);
  auto* const system = new caf::actor_system{config};
  const auto asker =
      caf_compat::spawn<asker_actor, asker_state>(*system, tokens.cache(), count, &answered);
  caf_compat::anonymous_send(asker, ask_all{});
}

struct cost {
  double in_use;
  double resident;
  double to_ask_ns;
  double to_be_answered_ns;
};

double resident_bytes() {
  return static_cast<double>(status_value("/proc/self/status", "VmRSS")) * 1'024;
}

template <class Ask>
cost measure(std::size_t count, Ask ask) {
  return in_fresh_process([count, ask] {
    const auto host = std::make_shared<held_host>();
    token_service_options options;
    options.endpoint = "http://127.0.0.1:9";
    auto tokens = make_token_service(options, host);
    std::latch answered{static_cast<std::ptrdiff_t>(count + 1)};
    // The acquisition and its actor are there before, whoever waits.
    ask_by_callbacks(tokens, 1, answered);
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
    cost seen{.in_use = per_one(bytes_in_use() - in_use),
              .resident = per_one(resident_bytes() - resident),
              .to_ask_ns = per_one(nanoseconds(clock_type::now() - began)),
              .to_be_answered_ns = 0};
    const auto released = clock_type::now();
    host->answer();
    answered.wait();
    seen.to_be_answered_ns = per_one(nanoseconds(clock_type::now() - released));
    return seen;
  });
}

std::string thousands(std::size_t count) {
  return count >= 1'000'000 ? fmt::format("{},000,000", count / 1'000'000)
                            : fmt::format("{},000", count / 1'000);
}

}  // namespace

void measure_waiting(bench_report& report) {
  const std::size_t many = report.quick() ? 100'000 : 1'000'000;
  const std::size_t of_actor = report.quick() ? 10'000 : 100'000;
  table found{
      .title = "Requests that wait at once for one token",
      .note =
          "Bytes and nanoseconds of one: allocated and not freed, the growth of resident "
          "memory, from the first request until all wait, from the host's answer until all "
          "have the token. Of a coroutine, its frame is included; of an actor's request, what "
          "CAF keeps.",
      .headings = {"who", "bytes in use", "bytes resident", "to ask, ns", "to be answered, ns"}};
  const auto add = [&found](const std::string& who, const cost& seen) {
    found.rows.push_back(
        {who, fmt::format("{:.0f}", seen.in_use), fmt::format("{:.0f}", seen.resident),
         fmt::format("{:.0f}", seen.to_ask_ns), fmt::format("{:.0f}", seen.to_be_answered_ns)});
  };
  const auto callbacks = measure(many, ask_by_callbacks);
  const auto coroutines = measure(many, ask_by_coroutines);
  add(thousands(many) + " callbacks (get_async)", callbacks);
  add(thousands(many) + " coroutines (async_get)", coroutines);
  add(thousands(of_actor) + " requests of an actor", measure(of_actor, ask_by_actor));
  report.add(found);
  const auto judge = [&report, many](const std::string& who, const cost& seen) {
    report.add(figure{
        .name = fmt::format("{} {} wait at once, memory of one", thousands(many), who),
        .asked = "at most 600 bytes",
        .seen = fmt::format("{:.0f} bytes in use ({:.0f} resident)", seen.in_use, seen.resident),
        .reached = seen.in_use <= 600});
  };
  judge("callbacks", callbacks);
  judge("coroutines", coroutines);
}

}  // namespace midas::internal::bench
