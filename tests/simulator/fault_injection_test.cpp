// Fault rules, limits and the journal of a simulated host over a socket. The tests in
// faults/fault_injector_test.cpp cover time, with a virtual clock.
#include "tests/simulator/support/curl_client.hpp"
#include "tests/simulator/support/host_over_http.hpp"
#include "tests/simulator/support/raw_client.hpp"
#include "tests/simulator/support/token_text.hpp"
#include "tests/support/catch.hpp"
#include <midas/simulated_host.hpp>

#include <atomic>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using std::chrono::steady_clock;

TEST_CASE("a status by rule applies to the matching requests, on the same connection") {
  const simulated_host imds(
      options_with_fault(R"({"status":503,"headers":{"Retry-After":"7"}})", R"({"nth":2})"));
  raw_client client(imds.port());
  CHECK(client.get(token_target)->status == 200);
  const auto answer = client.get(token_target);
  CHECK(answer->status == 503);
  CHECK(answer->fields.at("retry-after") == "7");
  CHECK(client.get(token_target)->status == 200);
  CHECK(imds.statistics().statuses == std::map<int, std::uint64_t>{{200, 2}, {503, 1}});
  CHECK(imds.statistics().resources.at("https://vault.azure.net") == 3);
}

TEST_CASE("fault rules apply to token requests only") {
  const simulated_host imds(options_with_fault(R"({"status":503})"));
  raw_client client(imds.port());
  CHECK(client.get("/stats")->status == 200);
  CHECK(client.get("/journal")->status == 200);
  CHECK(client.get("/other")->status == 404);
  CHECK(client.get(token_target)->status == 503);
}

TEST_CASE("the latency of a rule replaces the host's own") {
  auto options = options_with_fault(R"({"latency":"0ms"})", R"({"nth":1})");
  options.latency = 30ms;
  const simulated_host imds(options);
  raw_client client(imds.port());
  for (int i = 0; i < 2; ++i) {
    CHECK(client.get(token_target)->status == 200);
  }
  const auto entries = imds.journal();
  CHECK(entries.at(0).fault == "latency");
  CHECK(entries.at(1).fault.empty());
  CHECK(entries.at(1).answered - entries.at(1).arrived >= 30ms);
}

TEST_CASE("new rules replace the old ones at once and count from one") {
  simulated_host imds(options_with_fault(R"({"status":503})", R"({"nth":1})"));
  raw_client client(imds.port());
  CHECK(client.get(token_target)->status == 503);
  CHECK(client.get(token_target)->status == 200);
  imds.set_fault_rules(rules_with(R"({"status":500})", R"({"nth":1,"window":{"to":"1h"}})"));
  CHECK(client.get(token_target)->status == 500);
  CHECK(client.get(token_target)->status == 200);
  imds.set_fault_rules("");
  CHECK(client.get(token_target)->status == 200);
  imds.set_fault_rules(rules_with(R"({"status":501})"));
  CHECK_THROWS_AS(imds.set_fault_rules("{"), std::invalid_argument);
  CHECK(client.get(token_target)->status == 501);
}

TEST_CASE("rules may be replaced while requests are answered") {
  simulated_host imds(options_with_fault(R"({"status":503})", R"({"probability":0.5})"));
  std::atomic<bool> done{false};
  std::thread setter([&] {
    while (!done) {
      imds.set_fault_rules(rules_with(R"({"status":503})"));
      imds.set_fault_rules("");
    }
  });
  raw_client client(imds.port());
  for (int i = 0; i < 300; ++i) {
    const auto status = client.get(token_target)->status;
    CHECK((status == 200 || status == 503));
  }
  done = true;
  setter.join();
}

TEST_CASE("token requests beyond the limit per second are throttled, and other requests are not") {
  simulated_host_options options;
  options.limit_per_second = 1;
  options.journal_size = 1;
  const simulated_host imds(options);
  raw_client client(imds.port());
  auto answer = client.get(token_target);
  REQUIRE(answer);
  CHECK(answer->status == 200);
  // A slow machine may need more than a second for a request, and then it is admitted.
  while (answer->status == 200) {
    answer = client.get(token_target);
    REQUIRE(answer);
  }
  CHECK(answer->status == 429);
  CHECK(answer->fields.at("retry-after") == "1");
  CHECK(text_of(parse_object(answer->body), "error_description") ==
        "Temporarily throttled, too many requests");
  CHECK(imds.journal().at(0).status == 429);
  CHECK(client.get("/stats")->status == 200);
  CHECK(client.get("/other")->status == 404);
}

TEST_CASE("token requests beyond the limit of concurrent ones are throttled at once") {
  simulated_host_options options;
  options.limit_concurrency = 2;
  options.fault_rules = rules_with(R"({"hang":true})", R"({"nth":[1,2]})");
  const simulated_host imds(options);
  {
    raw_client first(imds.port());
    raw_client second(imds.port());
    first.send(get_request(token_target));
    second.send(get_request(token_target));
    wait_until_in_flight(imds, 2);
    CHECK(raw_client(imds.port()).get(token_target)->status == 429);
  }
  wait_until_in_flight(imds, 0);
  raw_client client(imds.port());
  for (int i = 0; i < 10; ++i) {
    CHECK(client.get(token_target)->status == 200);
  }
}

TEST_CASE("the journal has the identity, the status and the times of every token request") {
  simulated_host_options options;
  options.journal_size = 2;
  const simulated_host imds(options);
  raw_client client(imds.port());
  const auto user = sample_user_assigned_identity().client_id;
  const auto begin = steady_clock::now();
  CHECK(client.get(token_target)->status == 200);
  CHECK(client.get("/other")->status == 404);
  CHECK(client.get(token_target + "&object_id=" + sample_user_assigned_identity().object_id)
            ->status == 200);
  CHECK(client.get(token_target + "&client_id=nobody")->status == 400);
  const auto end = steady_clock::now();
  const auto entries = imds.journal();
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].client_id == user);
  CHECK(entries[0].status == 200);
  CHECK(entries[0].resource == "https://vault.azure.net");
  CHECK(begin <= entries[0].arrived);
  CHECK(entries[0].arrived <= entries[0].answered);
  CHECK(entries[0].answered <= entries[0].ended);
  CHECK(entries[0].ended <= entries[1].arrived);
  CHECK(entries[1].ended <= end);
  CHECK(entries[1].client_id.empty());
  CHECK(entries[1].status == 400);
  const auto json = parse_object(client.get("/journal")->body);
  REQUIRE(json["entries"].Size() == 2);
  CHECK(text_of(json["entries"][0], "client_id") == user);
  CHECK(json["entries"][0]["arrived"].GetDouble() >= 0);
  CHECK(imds.statistics().token_requests == 3);
  CHECK(simulated_host().journal().empty());
}

TEST_CASE("the journal names the identity whose token was issued, even a wrong one") {
  const simulated_host imds(options_with_fault(R"({"wrong_identity":true})"));
  raw_client client(imds.port());
  CHECK(client.get(token_target)->status == 200);
  CHECK(imds.journal().at(0).client_id == sample_user_assigned_identity().client_id);
}

TEST_CASE("the same seed repeats a run") {
  const auto run = [](std::uint64_t seed) {
    auto options = options_with_fault(R"({"status":503})", R"({"probability":0.5})");
    options.seed = seed;
    const simulated_host imds(options);
    CHECK(imds.seed() == seed);
    raw_client client(imds.port());
    std::vector<int> statuses;
    for (int i = 0; i < 64; ++i) {
      statuses.push_back(client.get(token_target)->status);
    }
    return statuses;
  };
  CHECK(run(5) == run(5));
  CHECK(run(5) != run(6));
  CHECK(simulated_host().seed() != 0);
}

TEST_CASE("an error names the malformed rule or the limit that is out of range") {
  simulated_host_options options;
  options.fault_rules = rules_with(R"({"staus":1})");
  CHECK_THAT(refusal_of(options), Contains("rules[0].action") && Contains("staus"));
  options = {};
  options.limit_per_second = 1'000'001;
  CHECK_THAT(refusal_of(options), Contains("limit_per_second") && Contains("million"));
  options = {};
  options.journal_size = 10'000'001;
  CHECK_THAT(refusal_of(options), Contains("journal_size") && Contains("ten million"));
}

TEST_CASE("every host answers faults in its own form") {
  using kind = identity_host;
  const auto host_kind = GENERATE(kind::app_service, kind::app_service_2017, kind::azure_arc,
                                  kind::machine_learning, kind::cloud_shell);
  simulated_host_options options;
  options.host = host_kind;
  options.fault_rules = rules_with(R"({"status":503})");
  options.journal_size = 1;
  const simulated_host host(options);
  curl_client client{""};
  const auto& variables = host.environment();
  const auto answer =
      client.ask(variables.front().value, {}, host_kind == kind::cloud_shell ? "resource=x" : "");
  CHECK(answer.status == 503);
  CHECK_FALSE(parse_object(answer.body).MemberCount() == 0);
  CHECK(host.journal().at(0).fault == "status");
}
