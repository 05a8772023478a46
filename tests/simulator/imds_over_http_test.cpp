// A simulated IMDS over a socket, and the options and functions that all hosts share.
#include "tests/simulator/support/host_over_http.hpp"
#include "tests/simulator/support/raw_client.hpp"
#include "tests/simulator/support/token_text.hpp"
#include "tests/support/catch.hpp"
#include <midas/simulated_host.hpp>

#include <future>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace std::chrono_literals;

TEST_CASE("a simulated IMDS issues many tokens over one connection") {
  const simulated_host imds;
  raw_client client(imds.port());
  std::set<std::string> tokens;
  for (int i = 0; i < 20; ++i) {
    const auto answer = client.get(token_target);
    REQUIRE(answer);
    REQUIRE(answer->status == 200);
    CHECK(answer->fields.at("content-type") == "application/json; charset=utf-8");
    CHECK(answer->fields.at("server").find("IMDS/") == 0);
    CHECK(answer->fields.count("x-ms-request-id") == 1);
    const auto token = text_of(parse_object(answer->body), "access_token");
    CHECK(text_of(decode_token(token).payload, "aud") == "https://vault.azure.net");
    tokens.insert(token);
  }
  CHECK(tokens.size() == 20);
  CHECK(imds.statistics().connections == 1);
}

TEST_CASE("a simulated IMDS accepts a target in absolute form, and one Metadata field") {
  const simulated_host imds;
  raw_client client(imds.port());
  const auto answer = client.get("http://169.254.169.254" + std::string{token_target});
  REQUIRE(answer);
  CHECK(answer->status == 200);
  REQUIRE(client.send(get_request(token_target, "Metadata: true\r\nMetadata: true\r\n")));
  const auto refused = client.receive();
  REQUIRE(refused);
  CHECK(refused->status == 400);
}

TEST_CASE("a token expires after the lifetime in the options") {
  simulated_host_options options;
  options.expires_in = 90s;
  const simulated_host imds(options);
  const auto now = [] {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())
        .time_since_epoch()
        .count();
  };
  const auto before = now();
  const auto body = raw_client(imds.port()).get(token_target)->body;
  const auto after = now();
  const auto expires_on = std::stoll(text_of(parse_object(body), "expires_on"));
  CHECK(expires_on >= before + 90);
  CHECK(expires_on <= after + 90);
}

TEST_CASE("port 0 selects a free port, and the endpoint has it") {
  const simulated_host one;
  const simulated_host other;
  CHECK(one.port() != 0);
  CHECK(one.port() != other.port());
  CHECK(one.endpoint() == "http://127.0.0.1:" + std::to_string(one.port()));
}

TEST_CASE("the error for a port in use names the port and a remedy") {
  const simulated_host one;
  simulated_host_options options;
  options.port = one.port();
  try {
    const simulated_host other(options);
    FAIL("two simulators listen on one port");
  } catch (const std::system_error& error) {
    CHECK(error.code() == std::errc::address_in_use);
    const std::string text = error.what();
    CHECK(text.find("127.0.0.1:" + std::to_string(one.port())) != std::string::npos);
    CHECK(text.find("choose another port, or 0") != std::string::npos);
  }
}

TEST_CASE("a port can be reused after stop, even if clients are still connected") {
  simulated_host one;
  raw_client client(one.port());
  CHECK(client.get(token_target)->status == 200);
  one.stop();
  simulated_host_options options;
  options.port = one.port();
  const simulated_host other(options);
  CHECK(raw_client(other.port()).get(token_target)->status == 200);
}

TEST_CASE("an address that is not loopback is refused unless allowed") {
  for (const auto* address : {"0.0.0.0", "169.254.169.254", "10.0.0.1", "::", "8.8.8.8"}) {
    simulated_host_options options;
    options.address = address;
    const auto text = refusal_of(options);
    CHECK(text.find(address) != std::string::npos);
    CHECK(text.find("not a loopback address") != std::string::npos);
    CHECK(text.find("allow_any_address") != std::string::npos);
  }
}

TEST_CASE("an allowed address that this machine does not have is an error") {
  simulated_host_options options;
  // Reserved for documentation, so no machine has it.
  options.address = "192.0.2.1";
  options.allow_any_address = true;
  try {
    const simulated_host imds(options);
    FAIL("it listens on an address that no machine has");
  } catch (const std::system_error& error) {
    CHECK(std::string(error.what()).find("192.0.2.1:0: this machine does not have this address") !=
          std::string::npos);
  }
}

TEST_CASE("text that is not an IP address is refused") {
  for (const auto* address : {"", "localhost", "127.0.0.1:80", "http://127.0.0.1", "1.2.3"}) {
    simulated_host_options options;
    options.address = address;
    const auto text = refusal_of(options);
    INFO(text);
    CHECK(text.find(std::string(address) + "' is not an IP address") != std::string::npos);
  }
}

TEST_CASE("an error names the option that is out of range") {
  const auto with = [](auto member, auto value) {
    simulated_host_options options;
    options.*member = value;
    return refusal_of(options);
  };
  using options = simulated_host_options;
  CHECK(with(&options::latency, -1ns).find("latency") != std::string::npos);
  CHECK(with(&options::latency, 25h).find("latency") != std::string::npos);
  CHECK(with(&options::expires_in, -1s).find("expires_in") != std::string::npos);
  CHECK(with(&options::expires_in, std::chrono::seconds::max()).find("expires_in") !=
        std::string::npos);
  CHECK(with(&options::idle_timeout, 0ms).find("idle_timeout") != std::string::npos);
  CHECK(with(&options::stop_timeout, -1ms).find("stop_timeout") != std::string::npos);
}

TEST_CASE("the statistics count requests, tokens, resources and statuses") {
  const simulated_host imds;
  raw_client client(imds.port());
  const std::string path = "/metadata/identity/oauth2/token";
  CHECK(client.get(token_target)->status == 200);
  CHECK(client.get(token_target)->status == 200);
  CHECK(client.get(path + "?api-version=2018-02-01&resource=x")->status == 400);
  CHECK(client.get(path)->status == 400);
  CHECK(client.get("/elsewhere")->status == 404);
  const auto numbers = imds.statistics();
  CHECK(numbers.requests == 5);
  CHECK(numbers.token_requests == 4);
  CHECK(numbers.connections == 1);
  CHECK(numbers.open_connections == 1);
  CHECK(numbers.in_flight == 0);
  CHECK(numbers.peak_in_flight == 1);
  CHECK(numbers.resources ==
        std::map<std::string, std::uint64_t>{{"https://vault.azure.net", 2}, {"x", 1}});
  CHECK(numbers.statuses == std::map<int, std::uint64_t>{{200, 2}, {400, 2}, {404, 1}});
}

TEST_CASE(
    "GET /stats has the same numbers, needs no Metadata field and counts only as a connection") {
  const simulated_host imds;
  raw_client client(imds.port());
  CHECK(client.get("/metadata/identity/oauth2/token?api-version=2018-02-01&resource=%22%0A")
            ->status == 400);
  for (int i = 0; i < 3; ++i) {
    client.send(get_request(i == 1 ? "/stats?pretty" : "/stats", ""));
    const auto answer = client.receive();
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->fields.at("content-type") == "application/json");
    CHECK(answer->body == to_json(imds.statistics()));
    const auto json = parse_object(answer->body);
    CHECK(json["requests"].GetUint64() == 1);
    CHECK(json["token_requests"].GetUint64() == 1);
    CHECK(json["connections"].GetUint64() == 1);
    CHECK(json["resources"]["\"\n"].GetUint64() == 1);
    CHECK(json["statuses"]["400"].GetUint64() == 1);
  }
}

TEST_CASE("many requests are delayed concurrently, and the statistics are not delayed") {
  simulated_host_options options;
  options.latency = 10min;
  options.stop_timeout = 0ms;
  simulated_host imds(options);
  std::vector<raw_client> clients;
  for (int i = 0; i < 100; ++i) {
    clients.emplace_back(imds.port());
    clients.back().send(get_request(token_target));
  }
  wait_until_in_flight(imds, 100);
  const auto answer = raw_client(imds.port()).get("/stats");
  REQUIRE(answer);
  const auto json = parse_object(answer->body);
  CHECK(json["in_flight"].GetUint64() == 100);
  CHECK(json["peak_in_flight"].GetUint64() == 100);
  CHECK(json["statuses"].ObjectEmpty());
  imds.stop();
  CHECK(imds.statistics().in_flight == 0);
  for (auto& client : clients) {
    CHECK(client.receive_rest().empty());
  }
}

TEST_CASE("stop lets answers in flight finish and closes idle connections") {
  simulated_host_options options;
  options.latency = 20ms;
  options.stop_timeout = 60s;
  simulated_host imds(options);
  raw_client idle(imds.port());
  std::vector<raw_client> clients;
  for (int i = 0; i < 10; ++i) {
    clients.emplace_back(imds.port());
    clients.back().send(get_request(token_target));
  }
  while (imds.statistics().requests != 10) {
    std::this_thread::yield();
  }
  imds.stop();
  for (auto& client : clients) {
    const auto answer = client.receive();
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(client.receive_rest().empty());
  }
  CHECK(idle.receive_rest().empty());
  CHECK(imds.statistics().statuses.at(200) == 10);
  CHECK(imds.statistics().open_connections == 0);
}

TEST_CASE("stop may be called repeatedly and concurrently, and statistics stay readable") {
  simulated_host imds;
  CHECK(raw_client(imds.port()).get(token_target)->status == 200);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      imds.stop();
      (void)imds.statistics();
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  imds.stop();
  CHECK(imds.statistics().token_requests == 1);
  CHECK(imds.endpoint().find("http://127.0.0.1:") == 0);
}

TEST_CASE("many threads may send requests and read the statistics concurrently") {
  const simulated_host imds;
  std::vector<std::future<int>> askers;
  for (int i = 0; i < 4; ++i) {
    askers.push_back(std::async(std::launch::async, [&] {
      raw_client client(imds.port());
      int good = 0;
      for (int round = 0; round < 50; ++round) {
        const auto answer = client.get(token_target);
        good += answer && answer->status == 200 ? 1 : 0;
        (void)imds.statistics();
      }
      return good;
    }));
  }
  for (auto& asker : askers) {
    CHECK(asker.get() == 50);
  }
  CHECK(imds.statistics().token_requests == 200);
}
