// The cost of a cached token, and of the steps of acquiring one.
#include "messages/caf_compat.hpp"
#include "transport/hosts/imds.hpp"
#include <midas/actors.hpp>
#include <midas/simulated_host.hpp>

#include <benchmark/benchmark.h>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <cstdlib>
#include <string>

namespace {

using namespace std::chrono_literals;

const midas::token_request vault{.resource = "https://vault.azure.net"};

struct warm_service {
  warm_service() {
    if (!tokens.get(vault, 5s)) {
      std::abort();
    }
  }

  static midas::token_service_options options_for(const midas::simulated_host& imds) {
    midas::token_service_options options;
    options.endpoint = imds.endpoint();
    return options;
  }

  midas::simulated_host imds;
  midas::token_service tokens{options_for(imds)};
};

warm_service& warm() {
  static warm_service instance;
  return instance;
}

void try_get_hit(benchmark::State& state) {
  auto& tokens = warm().tokens;
  for (auto _ : state) {
    benchmark::DoNotOptimize(tokens.try_get(vault));
  }
}
BENCHMARK(try_get_hit)->ThreadRange(1, 2)->UseRealTime();

void get_hit(benchmark::State& state) {
  auto& tokens = warm().tokens;
  for (auto _ : state) {
    benchmark::DoNotOptimize(tokens.get(vault, 5s));
  }
}
BENCHMARK(get_hit)->ThreadRange(1, 2)->UseRealTime();

void request_from_cache_actor(benchmark::State& state) {
  midas::init_global_meta_objects();
  caf::actor_system_config config;
  // As in the actor system that a token service creates.
  midas::caf_compat::configure_sleeping_threads(config, 1);
  caf::actor_system system{config};
  midas::token_service tokens{system, warm_service::options_for(warm().imds)};
  if (!tokens.get(vault, 5s)) {
    std::abort();
  }
  caf::scoped_actor self{system};
  const auto cache = tokens.cache();
  for (auto _ : state) {
    midas::caf_compat::request(self.ptr(), cache, vault)
        .receive([](const midas::access_token& token) { benchmark::DoNotOptimize(token); },
                 [](const caf::error&) { std::abort(); });
  }
}
// The answer is made on another thread.
BENCHMARK(request_from_cache_actor)->MeasureProcessCPUTime()->UseRealTime();

void acquire(benchmark::State& state) {
  auto options = warm_service::options_for(warm().imds);
  options.limits = {8, 0};
  midas::token_service tokens{options};
  const midas::token_request forced{.resource = vault.resource, .force_refresh = true};
  for (auto _ : state) {
    benchmark::DoNotOptimize(tokens.get(forced, 5s));
  }
}
BENCHMARK(acquire)->UseRealTime();

void decode_imds_token(benchmark::State& state) {
  const std::string token(1'800, 'x');
  const auto body = R"({"access_token":")" + token +
                    R"(","client_id":"a","expires_in":"86399","expires_on":"1900000000",)"
                    R"("ext_expires_in":"86399","not_before":"1800000000",)"
                    R"("resource":"https://vault.azure.net","token_type":"Bearer"})";
  const auto imds = midas::internal::imds::make_protocol({}, {});
  const midas::internal::resolved_request request{.resource = vault.resource};
  for (auto _ : state) {
    midas::internal::http_response response;
    response.status = 200;
    response.body = body;
    benchmark::DoNotOptimize(
        imds->decode(request, std::move(response), std::chrono::sys_seconds{1'800'000'000s}, 0));
  }
}
BENCHMARK(decode_imds_token);

}  // namespace

BENCHMARK_MAIN();
