#include "tests/chaos/rude_run.hpp"

#include "service/service_core.hpp"
#include "tests/chaos/recorder.hpp"
#include "tests/chaos/recording_transport.hpp"
#include "tests/chaos/rude_callers.hpp"
#include "tests/chaos/scheduling_watch.hpp"
#include "transport/curl/curl_multi_loop.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <algorithm>
#include <future>
#include <thread>
#include <utility>

namespace midas::internal::chaos {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds round_length{50};
constexpr std::size_t scheduler_threads = 2;
constexpr std::size_t max_journal = 2'000;
// See chaos_run.cpp.
constexpr int handoffs = 5;
constexpr std::chrono::milliseconds min_tolerance{250};

simulated_host_options host_options(std::uint64_t seed) {
  simulated_host_options options;
  options.latency = 5ms;
  options.expires_in = 6s;
  options.seed = seed | 1U;
  options.limit_per_second = host_limits{}.max_per_second;
  options.limit_concurrency = host_limits{}.max_in_flight;
  options.journal_size = max_journal;
  return options;
}

token_service_options service_options(const std::string& endpoint) {
  token_service_options options;
  options.endpoint = endpoint;
  options.connect_timeout = 1s;
  options.attempt_timeout = 1s;
  options.max_keys = rude_max_keys;
  return options;
}

std::shared_ptr<http_transport> make_transport() {
  curl_multi_options options;
  options.max_connections_kept = host_limits{}.max_in_flight;
  options.max_connections_per_host = host_limits{}.max_in_flight;
  return std::make_shared<curl_multi_loop>(options);
}

// One service, from its creation to its end.
class life {
 public:
  life(caf::actor_system& system, const simulated_host& host)
      : began_(clock::now()),
        service_(new token_service(make_token_service(service_options(host.endpoint()),
                                                      {.system = &system, .transport = wire_}))) {}

  void run(const rude_plan& plan, std::chrono::milliseconds length,
           std::chrono::milliseconds quiet) {
    // An overload is more keys than the host can serve.
    const std::size_t crowd = plan.host_condition == rude_plan::condition::overload ? 3 : 1;
    rude_callers callers{*service_, log_, plan.seed, crowd};
    const auto end = began_ + length;
    for (auto at = clock::now(), patient = at; at < end; at += round_length) {
      callers.make_round();
      if (at >= patient) {
        callers.make_patient_call();
        patient += 500ms;
      }
      std::this_thread::sleep_until(at + round_length);
    }
    if (quiet > 0ms) {
      callers.stop();
      std::this_thread::sleep_for(quiet);
      history_.key_counts.push_back({clock::now(), service_->statistics().keys});
    }
    history_.shut_down = clock::now();
    service_.reset();
    history_.shut_down_returned = clock::now();
  }

  judged_history take(std::chrono::nanoseconds worst_delay) {
    judged_history result;
    result.bounds.tolerance = min_tolerance + handoffs * worst_delay;
    result.bounds.max_keys = rude_max_keys;
    result.all_answered = log_.wait_until_answered(clock::now() + 5s);
    auto& observed = result.observed = std::move(history_);
    observed.began = began_;
    observed.ended = clock::now();
    observed.keys_with_claims = rude_keys_with_claims();
    log_.take(observed);
    observed.exchanges = wire_->take(began_);
    return result;
  }

 private:
  recorder log_;
  history history_;
  time_point began_;
  std::shared_ptr<recording_transport> wire_ =
      std::make_shared<recording_transport>(make_transport());
  std::unique_ptr<token_service> service_;
};

}  // namespace

struct rude_run::parts {
  explicit parts(std::uint64_t seed) : first(host_options(seed)), second(host_options(seed + 2)) {}

  caf::actor_system_config& configured() {
    init_global_meta_objects();
    caf_compat::configure_sleeping_threads(config, scheduler_threads);
    return config;
  }

  simulated_host first;
  simulated_host second;
  scheduling_watch watch;
  caf::actor_system_config config;
  caf::actor_system system{configured()};
};

rude_run::rude_run(std::uint64_t seed) : parts_(std::make_unique<parts>(seed)) {}

rude_run::~rude_run() = default;

std::vector<rude_history> rude_run::run(const rude_plan& plan) {
  auto& all = *parts_;
  const auto end = clock::now() + plan.fault_phase;
  std::vector<std::pair<std::string, std::unique_ptr<life>>> lives;
  all.first.set_fault_rules(plan.fault_rules);
  all.second.set_fault_rules(plan.fault_rules);
  lives.emplace_back("long-lived service", std::make_unique<life>(all.system, all.first));
  auto quiet = std::async(std::launch::async, [&all, end] {
    std::this_thread::sleep_until(end);
    all.first.set_fault_rules({});
    all.second.set_fault_rules({});
  });
  auto running = std::async(std::launch::async, [&plan, one = lives.front().second.get()] {
    one->run(plan, plan.fault_phase, rude_quiet_phase);
  });
  random_source random{plan.seed + 1};
  for (int number = 1; clock::now() < end; ++number) {
    auto& shorter = lives.emplace_back("short-lived service " + std::to_string(number),
                                       std::make_unique<life>(all.system, all.second));
    shorter.second->run(plan, random.between(50ms, 2'000ms), 0ms);
  }
  running.get();
  quiet.get();
  const auto worst = all.watch.take_worst();
  std::vector<rude_history> result;
  for (auto& each : lives) {
    result.push_back({each.first, each.second->take(worst)});
    if (!result.back().judged.all_answered) {
      // Leaked, because its callers may still be answered.
      static_cast<void>(each.second.release());
    }
  }
  return result;
}

}  // namespace midas::internal::chaos
