// A faulty host as its clients meet it: over sockets.
#include "tests/simulator/support/curl_client.hpp"
#include "tests/simulator/support/raw_client.hpp"
#include "tests/simulator/support/token_text.hpp"
#include <midas/simulated_host.hpp>

#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
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
using Catch::Matchers::StartsWith;
using std::chrono::steady_clock;
using time_point = journal_entry::time_point;

namespace {

const std::string token_target =
    "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net";

std::string rule(const std::string& action, const std::string& match = "{}") {
  return R"({"rules":[{"match":)" + match + R"(,"action":)" + action + "}]}";
}

simulated_host_options with(const std::string& action, const std::string& match = "{}") {
  simulated_host_options options;
  options.fault_rules = rule(action, match);
  options.journal_size = 100;
  options.stop_timeout = 50ms;
  return options;
}

struct raw_end {
  std::string text{};
  /// How the connection ended: 0 or the system's error, e.g. ECONNRESET.
  int error = 0;
};

/// One request on a connection of its own, what comes up to a size, and how it ends.
raw_end ask(std::uint16_t port, std::size_t most = std::string::npos) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  const timeval patience{20, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  raw_end end;
  const auto request = get_request(token_target);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0 ||
      ::send(socket, request.data(), request.size(), MSG_NOSIGNAL) < 0) {
    end.error = errno;
  } else {
    std::array<char, 16'384> part{};
    ssize_t size = 0;
    while (end.text.size() < most && (size = ::recv(socket, part.data(), part.size(), 0)) > 0) {
      end.text.append(part.data(), static_cast<std::size_t>(size));
    }
    end.error = size < 0 ? errno : 0;
  }
  ::close(socket);
  return end;
}

void wait_until_in_flight(const simulated_host& imds, std::uint64_t count) {
  while (imds.statistics().in_flight != count) {
    std::this_thread::yield();
  }
}

void wait_until_closed(const simulated_host& imds) {
  while (imds.statistics().open_connections != 0) {
    std::this_thread::yield();
  }
}

}  // namespace

TEST_CASE("a status by rule comes to those whom the rule is of, on the same connection") {
  const simulated_host imds(
      with(R"({"status":503,"headers":{"Retry-After":"7"}})", R"({"nth":2})"));
  raw_client client(imds.port());
  CHECK(client.get(token_target)->status == 200);
  const auto answer = client.get(token_target);
  CHECK(answer->status == 503);
  CHECK(answer->fields.at("retry-after") == "7");
  CHECK(client.get(token_target)->status == 200);
  CHECK(imds.statistics().statuses == std::map<int, std::uint64_t>{{200, 2}, {503, 1}});
  CHECK(imds.statistics().resources.at("https://vault.azure.net") == 3);
}

TEST_CASE("faults are of token requests alone") {
  const simulated_host imds(with(R"({"status":503})"));
  raw_client client(imds.port());
  CHECK(client.get("/stats")->status == 200);
  CHECK(client.get("/journal")->status == 200);
  CHECK(client.get("/other")->status == 404);
  CHECK(client.get(token_target)->status == 503);
}

TEST_CASE("a reset before the answer sends nothing") {
  const simulated_host imds(with(R"({"reset":"before"})"));
  const auto end = ask(imds.port());
  CHECK(end.text.empty());
  CHECK(end.error == ECONNRESET);
  const auto entry = imds.journal().at(0);
  CHECK(entry.status == 0);
  CHECK(entry.answered == time_point::max());
  CHECK(entry.ended != time_point::max());
  CHECK(entry.fault == "reset");
  CHECK(imds.statistics().in_flight == 0);
  CHECK(imds.statistics().statuses.empty());
}

TEST_CASE("a reset within the headers sends a part of them") {
  const simulated_host imds(with(R"({"reset":"within_headers"})"));
  const auto end = ask(imds.port());
  CHECK_THAT(end.text, StartsWith("HTTP/1.1 200"));
  CHECK_THAT(end.text, !Contains("\r\n\r\n"));
  CHECK(end.error == ECONNRESET);
  CHECK(imds.journal().at(0).status == 0);
}

TEST_CASE("a reset after the headers sends all of them, and nothing of the body") {
  const simulated_host imds(with(R"({"reset":"after_headers"})"));
  const auto end = ask(imds.port());
  CHECK_THAT(end.text, StartsWith("HTTP/1.1 200") && Catch::Matchers::EndsWith("\r\n\r\n"));
  CHECK(end.error == ECONNRESET);
  CHECK(imds.journal().at(0).status == 200);
}

TEST_CASE("a truncated body ends with the connection") {
  const simulated_host imds(with(R"({"truncate_body":20})"));
  const auto end = ask(imds.port());
  const auto body = end.text.substr(end.text.find("\r\n\r\n") + 4);
  CHECK(body.size() == 20);
  CHECK_THAT(body, StartsWith(R"({"access_token":")"));
  CHECK(end.error == 0);
}

TEST_CASE("a slow drip is the whole answer, piece by piece, and the connection lives on") {
  const simulated_host imds(with(R"({"slow_drip":{"bytes":400,"every":"4ms"}})"));
  raw_client client(imds.port());
  for (int i = 0; i < 2; ++i) {
    const auto begin = steady_clock::now();
    const auto answer = client.get(token_target);
    REQUIRE(answer);
    CHECK_FALSE(text_of(parse_object(answer->body), "access_token").empty());
    // At least five pieces, and so four pauses.
    CHECK(steady_clock::now() - begin >= 16ms);
  }
  CHECK(imds.statistics().connections == 1);
  const auto entry = imds.journal().at(0);
  CHECK(entry.status == 200);
  CHECK(entry.ended - entry.answered >= 16ms);
}

TEST_CASE("an endless body has no length, and goes on until the client leaves") {
  const simulated_host imds(with(R"({"endless_body":true})"));
  constexpr std::size_t enough = 4 * 1024 * 1024;
  const auto end = ask(imds.port(), enough);
  CHECK(end.text.size() >= enough);
  const auto head = end.text.substr(0, end.text.find("\r\n\r\n"));
  CHECK_THAT(head, StartsWith("HTTP/1.1 200"));
  CHECK_THAT(head, !Contains("Content-Length"));
  wait_until_closed(imds);
  CHECK(imds.statistics().statuses.at(200) == 1);
  CHECK(imds.journal().at(0).ended != time_point::max());
}

TEST_CASE("garbage is no HTTP") {
  const simulated_host imds(with(R"({"garbage":true})"));
  const auto end = ask(imds.port());
  CHECK_FALSE(end.text.empty());
  CHECK_THAT(end.text, !Contains("HTTP/1"));
  CHECK(end.error == 0);
  CHECK(imds.journal().at(0).status == 0);
}

TEST_CASE("a hanging answer ends when the client leaves") {
  auto options = with(R"({"hang":true})");
  options.idle_timeout = 5ms;
  const simulated_host imds(options);
  {
    raw_client client(imds.port());
    client.send(get_request(token_target));
    wait_until_in_flight(imds, 1);
    // Longer than idle connections are let be.
    std::this_thread::sleep_for(50ms);
    CHECK(imds.statistics().in_flight == 1);
    CHECK(imds.journal().at(0).ended == time_point::max());
  }
  wait_until_in_flight(imds, 0);
  wait_until_closed(imds);
  const auto entry = imds.journal().at(0);
  CHECK(entry.ended != time_point::max());
  CHECK(entry.answered == time_point::max());
  CHECK(entry.status == 0);
}

TEST_CASE("stop ends hanging, dripping and endless answers within its timeout") {
  const auto* const action =
      GENERATE(R"({"hang":true})", R"({"slow_drip":{"bytes":1,"every":"1s"}})",
               R"({"slow_drip":{"bytes":1,"every":"0ms"}})", R"({"endless_body":true})",
               R"({"status":503,"latency":"1h"})");
  CAPTURE(action);
  simulated_host imds(with(action));
  raw_client client(imds.port());
  client.send(get_request(token_target));
  while (imds.statistics().token_requests == 0) {
    std::this_thread::yield();
  }
  const auto begin = steady_clock::now();
  imds.stop();
  CHECK(steady_clock::now() - begin < 5s);
  CHECK(imds.statistics().open_connections == 0);
  CHECK(imds.journal().at(0).ended != time_point::max());
}

TEST_CASE("faults are played over TLS as well") {
  simulated_host_options options;
  options.host = identity_host::service_fabric;
  options.secret = "secret";
  options.journal_size = 10;
  simulated_host host(options);
  const auto ask_for = [&](const std::string& action) {
    host.set_fault_rules(rule(action));
    curl_client client(host.certificate_file());
    return client.ask(host.endpoint() +
                          "/metadata/identity/oauth2/token?api-version=2019-07-01-preview"
                          "&resource=https://vault.azure.net",
                      {"Secret: secret"});
  };
  CHECK(ask_for(R"({"latency":"1ms"})").status == 200);
  CHECK(ask_for(R"({"reset":"before"})").code != CURLE_OK);
  CHECK(ask_for(R"({"reset":"within_headers"})").code != CURLE_OK);
  CHECK(ask_for(R"({"truncate_body":5})").code == CURLE_PARTIAL_FILE);
  CHECK(ask_for(R"({"garbage":true})").code != CURLE_OK);
  CHECK(ask_for(R"({"slow_drip":{"bytes":500,"every":"1ms"}})").status == 200);
  CHECK(ask_for(R"({"status":503})").status == 503);
}

TEST_CASE("an answer that goes wrong leaves those before it on the connection alone") {
  const simulated_host imds(with(R"({"reset":"after_headers"})", R"({"nth":3})"));
  raw_client client(imds.port());
  client.send(get_request(token_target) + get_request(token_target) + get_request(token_target) +
              get_request(token_target));
  CHECK(client.receive()->status == 200);
  CHECK(client.receive()->status == 200);
  CHECK_FALSE(client.receive());
  CHECK(imds.statistics().token_requests == 3);
}

TEST_CASE("a latency by rule takes the place of the host's own") {
  auto options = with(R"({"latency":"0ms"})", R"({"nth":1})");
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
  CHECK(entries.at(0).answered - entries.at(0).arrived < 30ms);
}

TEST_CASE("new rules take the place of the old ones at once, and count anew") {
  simulated_host imds(with(R"({"status":503})", R"({"nth":1})"));
  raw_client client(imds.port());
  CHECK(client.get(token_target)->status == 503);
  CHECK(client.get(token_target)->status == 200);
  imds.set_fault_rules(rule(R"({"status":500})", R"({"nth":1,"window":{"to":"1h"}})"));
  CHECK(client.get(token_target)->status == 500);
  CHECK(client.get(token_target)->status == 200);
  imds.set_fault_rules("");
  CHECK(client.get(token_target)->status == 200);
  imds.set_fault_rules(rule(R"({"status":501})"));
  CHECK_THROWS_AS(imds.set_fault_rules("{"), std::invalid_argument);
  CHECK(client.get(token_target)->status == 501);
}

TEST_CASE("a window of rules that are set later begins then") {
  simulated_host imds(with(R"({"status":503})", R"({"window":{"from":"1h"}})"));
  raw_client client(imds.port());
  std::this_thread::sleep_for(20ms);
  imds.set_fault_rules(rule(R"({"status":500})", R"({"window":{"from":"15ms","to":"1h"}})"));
  CHECK(client.get(token_target)->status == 200);
  std::this_thread::sleep_for(20ms);
  CHECK(client.get(token_target)->status == 500);
}

TEST_CASE("rules may be set while requests are answered") {
  simulated_host imds(with(R"({"status":503})", R"({"probability":0.5})"));
  std::atomic<bool> done{false};
  std::thread setter([&] {
    while (!done) {
      imds.set_fault_rules(rule(R"({"status":503})"));
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

TEST_CASE("beyond the limit a second, token requests are throttled at once") {
  simulated_host_options options;
  options.limit_per_second = 3;
  options.latency = 1ms;
  options.journal_size = 10;
  options.fault_rules = rule(R"({"status":500})", R"({"nth":[4,10]})");
  const simulated_host imds(options);
  raw_client client(imds.port());
  const auto begin = steady_clock::now();
  for (int i = 0; i < 3; ++i) {
    CHECK(client.get(token_target)->status == 200);
  }
  const auto refused = client.get(token_target);
  const bool within_a_second = steady_clock::now() - begin < 1s;
  REQUIRE(within_a_second);
  CHECK(refused->status == 429);
  CHECK(refused->fields.at("retry-after") == "1");
  CHECK(text_of(parse_object(refused->body), "error_description") ==
        "Temporarily throttled, too many requests");
  CHECK(client.get("/stats")->status == 200);
  const auto entry = imds.journal().at(3);
  CHECK(entry.status == 429);
  CHECK(entry.fault.empty());
  CHECK(entry.client_id.empty());
  CHECK(entry.resource == "https://vault.azure.net");
  CHECK(entry.ended == entry.answered);
  while (steady_clock::now() - begin < 1100ms) {
    std::this_thread::sleep_for(10ms);
  }
  // The one that was throttled met no rule: this is the fourth that does.
  CHECK(client.get(token_target)->status == 500);
}

TEST_CASE("beyond the limit of those that wait, token requests are throttled at once") {
  simulated_host_options options;
  options.limit_concurrency = 2;
  options.fault_rules = rule(R"({"hang":true})", R"({"nth":[1,2]})");
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

TEST_CASE("the journal tells of every token request who got what and when") {
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

TEST_CASE("the journal names the identity whose token was given, also when it is the wrong one") {
  const simulated_host imds(with(R"({"wrong_identity":true})"));
  raw_client client(imds.port());
  CHECK(client.get(token_target)->status == 200);
  CHECK(imds.journal().at(0).client_id == sample_user_assigned_identity().client_id);
}

TEST_CASE("the same seed repeats a run") {
  const auto run = [](std::uint64_t seed) {
    auto options = with(R"({"status":503})", R"({"probability":0.5})");
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

TEST_CASE("malformed rules and limits out of range are refused by their names") {
  const auto refusal_of = [](const simulated_host_options& options) -> std::string {
    try {
      const simulated_host imds(options);
    } catch (const std::invalid_argument& refusal) {
      return refusal.what();
    }
    return "none";
  };
  simulated_host_options options;
  options.fault_rules = rule(R"({"staus":1})");
  CHECK_THAT(refusal_of(options), Contains("rules[0].action") && Contains("staus"));
  options = {};
  options.limit_per_second = 1'000'001;
  CHECK_THAT(refusal_of(options), Contains("limit_per_second") && Contains("million"));
  options = {};
  options.journal_size = 10'000'001;
  CHECK_THAT(refusal_of(options), Contains("journal_size") && Contains("ten million"));
}

TEST_CASE("every host has its faults, and asks for its own tokens afterwards") {
  using kind = identity_host;
  const auto host_kind = GENERATE(kind::app_service, kind::app_service_2017, kind::azure_arc,
                                  kind::machine_learning, kind::cloud_shell);
  simulated_host_options options;
  options.host = host_kind;
  options.fault_rules = rule(R"({"status":503})");
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
