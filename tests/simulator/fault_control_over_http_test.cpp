// A running simulated host whose rules clients replace.
#include "tests/simulator/support/host_over_http.hpp"
#include "tests/simulator/support/raw_client.hpp"
#include "tests/simulator/support/token_text.hpp"
#include "tests/support/catch.hpp"
#include <midas/simulated_host.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

std::string put(const std::string& rules) {
  return "PUT /faults HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
         "Content-Length: " +
         std::to_string(rules.size()) + "\r\n\r\n" + rules;
}

raw_answer answer_to(std::uint16_t port, const std::string& request) {
  raw_client client(port);
  client.send(request);
  return client.receive().value_or(raw_answer{});
}

}  // namespace

TEST_CASE("a client replaces and removes the rules of a running host") {
  const simulated_host imds;
  const auto refusing = rules_with(R"({"status":503})");
  CHECK(answer_to(imds.port(), put(refusing)).status == 200);
  CHECK(imds.fault_rules() == refusing);
  raw_client client(imds.port());
  CHECK(client.get(token_target)->status == 503);
  CHECK(client.get("/faults")->body == refusing);
  CHECK(answer_to(imds.port(), put("{")).status == 400);
  CHECK(imds.fault_rules() == refusing);
  CHECK(answer_to(imds.port(), "DELETE /faults HTTP/1.1\r\n\r\n").status == 200);
  CHECK(client.get(token_target)->status == 200);
  CHECK(imds.statistics().requests == 2);
}

TEST_CASE("a request in progress keeps the fault that it arrived under") {
  simulated_host_options options;
  options.fault_rules = rules_with(R"({"hang":true})");
  const simulated_host imds(options);
  raw_client hanging(imds.port());
  hanging.send(get_request(token_target));
  wait_until_in_flight(imds, 1);
  CHECK(answer_to(imds.port(), "DELETE /faults HTTP/1.1\r\n\r\n").status == 200);
  CHECK(answer_to(imds.port(), get_request(token_target)).status == 200);
  CHECK(imds.statistics().in_flight == 1);
}

TEST_CASE("clients that replace the rules at the same time each put a whole file") {
  const simulated_host imds;
  const std::vector<std::string> files{rules_with(R"({"status":500})"),
                                       rules_with(R"({"status":503})"), R"({"rules":[]})"};
  std::atomic<int> refused{0};
  std::vector<std::thread> writers;
  for (const auto& file : files) {
    writers.emplace_back([&imds, &refused, &file] {
      raw_client client(imds.port());
      for (int i = 0; i < 50; ++i) {
        client.send(put(file));
        refused += client.receive().value_or(raw_answer{}).body == file ? 0 : 1;
      }
    });
  }
  for (auto& writer : writers) {
    writer.join();
  }
  CHECK(refused == 0);
  const auto last = imds.fault_rules();
  CHECK(std::find(files.begin(), files.end(), last) != files.end());
}

TEST_CASE("rules of more than a mebibyte are refused before they are read") {
  const simulated_host imds;
  CHECK(answer_to(imds.port(),
                  "PUT /faults HTTP/1.1\r\nContent-Type: application/json\r\n"
                  "Content-Length: 1048577\r\n\r\n")
            .status == 413);
  const auto padding = std::string(1'048'576 - 12, ' ');
  CHECK(answer_to(imds.port(), put(R"({"rules":[]})" + padding)).status == 200);
}

TEST_CASE("a host on an address of other machines takes no rules unless that is allowed") {
  simulated_host_options options;
  options.address = "0.0.0.0";
  options.allow_any_address = true;
  const auto rules = rules_with(R"({"status":503})");
  {
    const simulated_host imds(options);
    CHECK(answer_to(imds.port(), put(rules)).status == 403);
  }
  options.allow_remote_faults = true;
  const simulated_host imds(options);
  CHECK(answer_to(imds.port(), put(rules)).status == 200);
}
