#include "tests/chaos/chaos_run.hpp"

#include "service/service_core.hpp"
#include "tests/chaos/chaos_callers.hpp"
#include "tests/chaos/chaos_keys.hpp"
#include "tests/chaos/recorder.hpp"
#include "tests/chaos/recording_transport.hpp"
#include "tests/chaos/scheduling_watch.hpp"
#include "transport/curl/curl_multi_loop.hpp"

#include <future>
#include <thread>

namespace midas::internal::chaos {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

// Exchanges of this long before a history are part of it, since the host's limits count them.
constexpr std::chrono::seconds overlap{2};
// A request without an answer this long after its deadline is considered lost.
constexpr std::chrono::seconds grace_period{5};
// Short, so that tokens are refreshed several times in a cycle.
constexpr std::chrono::seconds token_lifetime{6};
constexpr std::size_t scheduler_threads = 2;
// More than the requests of a cycle, but soon full, so that it does not count as growing memory.
constexpr std::size_t max_journal = 2'000;

simulated_host_options host_options(std::uint64_t seed) {
  simulated_host_options options;
  const host_limits limits;
  options.latency = 5ms;
  options.expires_in = token_lifetime;
  options.user_assigned = chaos_user_assigned();
  // The simulator picks a random seed if it is given 0.
  options.seed = seed == 0 ? 1 : seed;
  options.limit_per_second = limits.max_per_second;
  options.limit_concurrency = limits.max_in_flight;
  options.journal_size = max_journal;
  return options;
}

token_service_options service_options(const std::string& endpoint) {
  token_service_options options;
  options.endpoint = endpoint;
  options.connect_timeout = 1s;
  options.attempt_timeout = 1s;
  options.max_response_bytes = 64 * 1024;
  return options;
}

std::shared_ptr<http_transport> make_transport() {
  curl_multi_options options;
  options.max_connections_kept = host_limits{}.max_in_flight;
  options.max_connections_per_host = host_limits{}.max_in_flight;
  return std::make_shared<curl_multi_loop>(options);
}

// CAF's clock, the cache, the acquisition, the HTTP actor and the caller's thread hand an answer
// on, and each may have to wait for a processor.
constexpr int handoffs = 5;
constexpr std::chrono::milliseconds min_tolerance{250};

// Calls before and after the start of the shutdown.
std::vector<planned_call> calls_around_shutdown() {
  std::vector<planned_call> calls;
  for (std::size_t i = 0; i < 96; ++i) {
    calls.push_back({std::chrono::milliseconds{i},
                     static_cast<caller_kind>(i % caller_kinds),
                     i / caller_kinds % chaos_keys().size(),
                     4s,
                     i % 2 == 0,
                     {}});
  }
  return calls;
}

}  // namespace

struct chaos_run::parts {
  explicit parts(std::uint64_t seed) : host(host_options(seed)) {}

  judged_history take(time_point began) {
    judged_history result;
    auto& observed = result.observed;
    observed.began = began;
    observed.ended = clock::now();
    log.take(observed);
    observed.exchanges = wire->take(began - overlap);
    for (auto& entry : host.journal()) {
      if (entry.arrived >= began - overlap) {
        observed.host_requests.push_back({entry.arrived, entry.ended, std::move(entry.resource),
                                          entry.status, std::move(entry.fault)});
      }
    }
    result.bounds.tolerance = min_tolerance + handoffs * watch.take_worst();
    return result;
  }

  caf::actor_system_config& configured() {
    chaos_callers::register_messages();
    caf_compat::configure_sleeping_threads(config, scheduler_threads);
    return config;
  }

  simulated_host host;
  recorder log;
  scheduling_watch watch;
  caf::actor_system_config config;
  caf::actor_system system{configured()};
  std::shared_ptr<recording_transport> wire =
      std::make_shared<recording_transport>(make_transport());
  token_service tokens =
      make_token_service(service_options(host.endpoint()), {.system = &system, .transport = wire});
  chaos_callers callers{system, tokens, log};
};

chaos_run::chaos_run(std::uint64_t seed) : parts_(std::make_unique<parts>(seed)) {}

chaos_run::~chaos_run() = default;

judged_history chaos_run::run(const chaos_cycle& cycle) {
  auto& all = *parts_;
  const auto began = clock::now();
  all.host.set_fault_rules(cycle.fault_rules);
  auto calls = std::async(std::launch::async, [&] { all.callers.run(cycle.calls, began); });
  std::this_thread::sleep_until(began + cycle.fault_phase);
  all.host.set_fault_rules({});
  const auto quiet_since = clock::now();
  const auto last = began + cycle.fault_phase + cycle.quiet_phase + max_timeout;
  const bool returned = calls.wait_until(last + grace_period) == std::future_status::ready;
  const bool answered = all.log.wait_until_answered(last + grace_period);
  auto result = all.take(began);
  result.observed.quiet_periods = {{quiet_since, result.observed.ended}};
  result.all_answered = returned && answered;
  if (!returned) {
    // Leaked, because its destructor would block forever.
    new std::future<void>(std::move(calls));
  }
  return result;
}

judged_history chaos_run::shut_down() {
  auto& all = *parts_;
  const auto began = clock::now();
  all.host.set_fault_rules(R"({"rules":[{"action":{"hang":true}}]})");
  const auto planned = calls_around_shutdown();
  auto calls = std::async(std::launch::async, [&] { all.callers.run(planned, began); });
  std::this_thread::sleep_until(began + planned.back().at / 2);
  const auto shut_down = clock::now();
  all.tokens.shutdown();
  const bool returned =
      calls.wait_until(shut_down + max_timeout + grace_period) == std::future_status::ready;
  const bool answered = all.log.wait_until_answered(shut_down + max_timeout + grace_period);
  auto result = all.take(began);
  result.observed.shut_down = shut_down;
  result.all_answered = returned && answered;
  return result;
}

}  // namespace midas::internal::chaos
