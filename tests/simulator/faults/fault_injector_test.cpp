#include "simulator/faults/fault_injector.hpp"

#include "simulator/hosts/simulated_imds.hpp"
#include "tests/simulator/support/host_over_http.hpp"
#include "tests/simulator/support/protocol_request.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace midas::internal::simulator;
using namespace std::chrono_literals;
using time_point = journal_entry::time_point;

namespace {

/// A simulated IMDS with its fault injector, in virtual time.
class injected_host {
 public:
  explicit injected_host(const simulated_host_options& options)
      : host_(options), injector_(options, host_, [this] { return now; }) {}

  response ask() {
    const protocol_request request{.target = token_target, .fields = {{"Metadata", "true"}}};
    response out;
    injector_.answer({request.method, request.target, request.fields, {}}, request.now, out);
    out.resource = {};
    return out;
  }
  int status() { return ask().status; }

  fault_injector& injector() { return injector_; }

  time_point now{1h};

 private:
  simulated_imds host_;
  fault_injector injector_;
};

}  // namespace

TEST_CASE("a time window starts with the host") {
  injected_host host(
      options_with_fault(R"({"status":503})", R"({"window":{"from":"5s","to":"6s"}})"));
  host.now += 5s - 1ns;
  CHECK(host.status() == 200);
  host.now += 1ns;
  CHECK(host.status() == 503);
  host.now += 1s;
  CHECK(host.status() == 200);
}

TEST_CASE("a time window restarts when the rules are replaced") {
  injected_host host(options_with_fault(R"({"status":503})", R"({"window":{"from":"1h"}})"));
  host.now += 20ms;
  host.injector().set_rules(
      rules_with(R"({"status":500})", R"({"window":{"from":"15ms","to":"1h"}})"));
  CHECK(host.status() == 200);
  host.now += 14ms;
  CHECK(host.status() == 200);
  host.now += 1ms;
  CHECK(host.status() == 500);
  host.now += 1h;
  CHECK(host.status() == 200);
}

TEST_CASE("token requests beyond the limit per second are throttled until a second has passed") {
  simulated_host_options options;
  options.limit_per_second = 3;
  options.latency = 1ms;
  options.journal_size = 10;
  options.fault_rules = rules_with(R"({"status":500})", R"({"nth":[4,10]})");
  injected_host host(options);
  for (int i = 0; i < 3; ++i) {
    CHECK(host.status() == 200);
    host.now += 100ms;
  }
  const auto refused = host.ask();
  CHECK(refused.status == 429);
  CHECK(field_of(refused, "Retry-After") == "1");
  CHECK(refused.delay == 0ms);
  CHECK(refused.number == 0);
  const auto entry = host.injector().journal().at(3);
  CHECK(entry.status == 429);
  CHECK(entry.fault.empty());
  CHECK(entry.client_id.empty());
  CHECK(entry.resource == "https://vault.azure.net");
  CHECK(entry.arrived == host.now);
  CHECK(entry.answered == host.now);
  CHECK(entry.ended == host.now);
  host.now += 700ms - 1ns;
  CHECK(host.status() == 429);
  host.now += 1ns;
  // The throttled requests met no rule, so this is the fourth request that does.
  CHECK(host.status() == 500);
  CHECK(host.status() == 429);
}

TEST_CASE("token requests beyond the limit of concurrent ones are throttled until one has ended") {
  simulated_host_options options;
  options.limit_concurrency = 2;
  injected_host host(options);
  const auto first = host.ask();
  CHECK(host.status() == 200);
  CHECK(host.status() == 429);
  host.injector().answered(first.number, 200);
  CHECK(host.status() == 429);
  host.injector().ended(first.number);
  CHECK(host.status() == 200);
  CHECK(host.status() == 429);
}

TEST_CASE("the delay of an answer is the latency of its rule or of the host") {
  auto options = options_with_fault(R"({"latency":"0ms"})", R"({"nth":1})");
  options.latency = 30ms;
  injected_host host(options);
  CHECK(host.ask().delay == 0ms);
  CHECK(host.ask().delay == 30ms);
  const auto entries = host.injector().journal();
  CHECK(entries.at(0).fault == "latency");
  CHECK(entries.at(1).fault.empty());
}

TEST_CASE("a status by rule keeps the host's latency") {
  auto options = options_with_fault(R"({"status":503})");
  options.latency = 30ms;
  CHECK(injected_host(options).ask().delay == 30ms);
}

TEST_CASE("the journal has the times of the injector's clock") {
  injected_host host(options_with_fault(R"({"latency":"1s"})"));
  const auto start = host.now;
  CHECK(host.injector().start() == start);
  host.now += 1ms;
  const auto answer = host.ask();
  CHECK(answer.delay == 1s);
  host.now += 1s;
  host.injector().answered(answer.number, 200);
  host.now += 2ms;
  host.injector().ended(answer.number);
  const auto entry = host.injector().journal().at(0);
  CHECK(entry.arrived == start + 1ms);
  CHECK(entry.answered == start + 1001ms);
  CHECK(entry.ended == start + 1003ms);
  CHECK(entry.status == 200);
  CHECK(entry.client_id == sample_system_assigned_identity().client_id);
}

TEST_CASE("an exchange without limits and journal has no number") {
  injected_host host({});
  CHECK(host.ask().number == 0);
  CHECK(host.injector().journal().empty());
}
