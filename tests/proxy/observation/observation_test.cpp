#include "proxy/observation/observation.hpp"

#include "proxy/observation/access_log.hpp"
#include "proxy/observation/metrics.hpp"
#include "tests/proxy/observation/sample_requests.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_file.hpp"
#include <midas/simulated_host.hpp>
#include <midas/token_service.hpp>

#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

using namespace midas;
using namespace midas::internal::proxy;
using namespace midas::internal::test;
using Catch::Matchers::Contains;

namespace {

token_service_options options_of(const simulated_host& host) {
  token_service_options result;
  result.environment = host.environment();
  return result;
}

}  // namespace

TEST_CASE("the statistics of a service that asks a host are shown") {
  simulated_host host{{}};
  token_service tokens{options_of(host)};
  observation seen{{.version = "1.2.3"}};
  seen.follow(tokens);
  REQUIRE(tokens.get({.resource = "https://vault.azure.net"}, 30s));
  serve(seen, {.result = token_result::fetched});
  const auto state = seen.look();
  CHECK(state.totals.upstream.requests.at("200") == 1);
  CHECK(state.totals.service.keys == 1);
  CHECK(state.totals.service.earliest_expiry);
  CHECK(state.host.name == "IMDS");
  CHECK(state.host.last_answer);
  REQUIRE(state.keys.contains(key_for("https://vault.azure.net")));
  CHECK(state.keys.at(key_for("https://vault.azure.net")).expires_on ==
        state.totals.service.earliest_expiry);
  CHECK_THAT(metrics_text(proxy_metrics{seen}), Contains("\nmidas_tokens_held 1\n"));
  seen.stop();
  CHECK(seen.count().service.keys == 0);
  CHECK(seen.count().upstream.requests.at("200") == 1);
}

TEST_CASE("an observation may end before its service, while events are on their way") {
  simulated_host host{{}};
  token_service tokens{options_of(host)};
  for (int round = 0; round < 50; ++round) {
    observation seen{{}};
    seen.follow(tokens);
    tokens.get_async({.resource = "https://r" + std::to_string(round)}, 30s, [](const auto&) {});
    std::this_thread::yield();
  }
}

TEST_CASE("workers count without losing a request, while others look") {
  constexpr unsigned workers = 4;
  constexpr std::uint64_t per_worker = 20'000;
  observation seen{{.workers = workers}};
  std::vector<std::thread> threads;
  for (unsigned worker = 0; worker < workers; ++worker) {
    threads.emplace_back([&seen, worker] {
      const sample_request request{.who = user(worker)};
      for (std::uint64_t at = 0; at < per_worker; ++at) {
        serve(seen, request, worker);
      }
    });
  }
  std::uint64_t last = 0;
  while (last < workers * per_worker) {
    const auto now = seen.look().totals.requests.requests();
    CHECK(now >= last);
    last = now;
  }
  for (auto& each : threads) {
    each.join();
  }
  CHECK(seen.look().askers.size() == workers);
  CHECK(seen.look().askers[0].requests == per_worker);
}

TEST_CASE("requests and refused connections are logged if there is a log") {
  const temporary_file file;
  auto log = access_log::open(file.path(), 1);
  REQUIRE(log);
  {
    observation seen{{.log = log->get()}};
    serve(seen, {});
    seen.rejected(0, user(1001), rejection::uid_not_allowed);
  }
  log->reset();
  std::ifstream written{file.path()};
  const std::string lines{std::istreambuf_iterator<char>{written}, {}};
  CHECK_THAT(lines, Contains("\"uid\":1000"));
  CHECK_THAT(lines,
             Contains(R"("uid":1001,"result":"denied","reason":"uid_not_allowed","elapsed_ms":0)"));
}

TEST_CASE("a cached answer is counted within nanoseconds", "[.benchmark]") {
  observation seen{{}};
  const sample_request request;
  const auto view = request.view();
  constexpr int count = 5'000'000;
  // Of the processor, since the machine may be busy.
  const auto begin = std::clock();
  for (int at = 0; at < count; ++at) {
    seen.served(0, view);
  }
  const auto seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  WARN(seconds * 1e9 / count << " ns for each request");
}
