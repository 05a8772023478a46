// What clients of a proxy get, over real sockets.
#include "tests/proxy/server/proxy_fixture.hpp"
#include "tests/support/catch.hpp"

#include <atomic>
#include <thread>
#include <vector>

using namespace midas;
using namespace midas::internal::proxy;
using namespace midas::internal::proxy::test;
using namespace std::chrono_literals;

namespace {

std::string app_service_request(std::string_view secret_header) {
  return get_request("/msi/token?api-version=2019-08-01&resource=https://vault.azure.net",
                     std::string{"X-IDENTITY-HEADER: "}.append(secret_header).append("\r\n"));
}

/// The value of a member of a JSON object of texts.
std::string member(const std::string& json, const std::string& name) {
  const auto key = "\"" + name + "\":\"";
  const auto begin = json.find(key);
  if (begin == std::string::npos) {
    return {};
  }
  const auto from = begin + key.size();
  return json.substr(from, json.find('"', from) - from);
}

}  // namespace

TEST_CASE("a client of IMDS and one of App Service get the same token, fetched once") {
  proxy_fixture proxy;
  auto client = proxy.connect();
  const auto first = client.get(target_of("https://vault.azure.net"));
  REQUIRE(first.has_value());
  CHECK(first->status == 200);
  CHECK(first->fields.at("server") == "IMDS/150.870.65.1854");
  CHECK(member(first->body, "client_id") == sample_system_assigned_identity().client_id);
  REQUIRE(client.send(app_service_request("the-secret")));
  const auto second = client.receive();
  REQUIRE(second.has_value());
  CHECK(second->status == 200);
  CHECK(second->fields.at("server") == "Kestrel");
  CHECK(member(second->body, "access_token") == member(first->body, "access_token"));
  CHECK(member(second->body, "expires_on") == member(first->body, "expires_on"));
  CHECK(proxy.host.statistics().token_requests == 1);
  CHECK(eventually([&] { return proxy.observer.count(token_result::hit) == 1; }));
  CHECK(proxy.observer.count(token_result::fetched) == 1);
  CHECK(proxy.observer.is_elapsed_positive());
}

TEST_CASE("a client that believes in a proxy gets its token, if it addresses this one") {
  proxy_fixture proxy;
  auto client = proxy.connect();
  const auto own = client.get("http://169.254.169.254" + target_of("https://vault.azure.net"));
  REQUIRE(own);
  CHECK(own->status == 200);
  const auto foreign = client.get("http://example.com" + target_of("https://vault.azure.net"));
  REQUIRE(foreign);
  CHECK(foreign->status == 400);
}

TEST_CASE("each reply has an id of its own, and the time that is left") {
  proxy_fixture proxy;
  auto client = proxy.connect();
  static_cast<void>(client.get(target_of("https://vault.azure.net")));
  const auto first = client.get(target_of("https://vault.azure.net"));
  const auto second = client.get(target_of("https://vault.azure.net"));
  REQUIRE((first && second));
  CHECK(first->fields.at("x-ms-request-id") != second->fields.at("x-ms-request-id"));
  CHECK(first->fields.at("x-ms-request-id").size() == 36);
  const auto left = std::stol(member(second->body, "expires_in"));
  CHECK(left > 86'000);
  CHECK(left <= 86'400);
}

TEST_CASE("a client gets a token for the identity that it names") {
  proxy_fixture proxy;
  auto client = proxy.connect();
  const auto id = sample_user_assigned_identity().client_id;
  const auto reply = client.get(target_of("https://vault.azure.net&client_id=" + id));
  REQUIRE(reply.has_value());
  CHECK(reply->status == 200);
  CHECK(member(reply->body, "client_id") == id);
}

TEST_CASE("an error of the host reaches the client with its status, code and text") {
  proxy_fixture proxy;
  auto client = proxy.connect();
  const auto reply = client.get(target_of("https://vault.azure.net&client_id=nobody"));
  REQUIRE(reply.has_value());
  CHECK(reply->status == 400);
  CHECK(reply->body == R"({"error":"invalid_request","error_description":"Identity not found"})");
  CHECK(eventually([&] { return proxy.observer.count(token_result::refused) == 1; }));
  // Remembered for this client.
  CHECK(client.get(target_of("https://vault.azure.net&client_id=nobody"))->status == 400);
  CHECK(proxy.host.statistics().token_requests == 1);
}

TEST_CASE("a resource that no host knows is refused without asking the host") {
  proxy_fixture proxy;
  auto client = proxy.connect();
  const auto reply = client.get(target_of("a%20b"));
  REQUIRE(reply.has_value());
  CHECK(reply->status == 400);
  CHECK(reply->body.find("\"invalid_resource\"") != std::string::npos);
  CHECK(proxy.host.statistics().token_requests == 0);
  CHECK(eventually([&] { return proxy.observer.count(token_result::denied) == 1; }));
}

TEST_CASE("a host that is slower than the clients' patience is 504") {
  auto configuration = on_loopback();
  configuration.request_timeout = 200ms;
  proxy_fixture proxy{configuration, {.latency = 3s}};
  auto client = proxy.connect();
  const auto reply = client.get(target_of("https://vault.azure.net"));
  REQUIRE(reply.has_value());
  CHECK(reply->status == 504);
  CHECK(eventually([&] { return proxy.observer.count(token_result::failed) == 1; }));
}

TEST_CASE("rules about resources apply to cached tokens, and to other spellings") {
  auto configuration = on_loopback();
  configuration.tokens.resources = {{"https://vault.azure.net"}};
  proxy_fixture proxy{configuration};
  auto client = proxy.connect();
  CHECK(client.get(target_of("https://vault.azure.net"))->status == 200);
  CHECK(client.get(target_of("https://vault.azure.net"))->status == 200);
  CHECK(client.get(target_of("https://management.azure.com"))->status == 403);
  CHECK(proxy.host.statistics().token_requests == 1);
  CHECK(eventually([&] { return proxy.observer.count(token_result::denied) == 1; }));
}

TEST_CASE("after a reload the new rules apply, to targets that were answered before, too") {
  auto configuration = on_loopback();
  proxy_fixture proxy{configuration};
  auto client = proxy.connect();
  CHECK(client.get(target_of("https://vault.azure.net"))->status == 200);
  CHECK(client.get(target_of("https://vault.azure.net"))->status == 200);
  configuration.tokens.resources = {{"https://management.azure.com"}};
  proxy.server->reload(configuration);
  CHECK(client.get(target_of("https://vault.azure.net"))->status == 403);
  configuration.tokens.resources = {};
  configuration.allowed_uids = std::vector<uid_t>{::getuid() + 1};
  proxy.server->reload(configuration);
  CHECK(client.get(target_of("https://vault.azure.net"))->status == 403);
  CHECK(client.receive_rest().empty());
  CHECK(proxy.observer.rejections(rejection::uid_not_allowed) == 1);
}

TEST_CASE("10,000 requests of 64 cold clients at once cause one request to the host") {
  constexpr std::size_t clients = 64;
  constexpr std::size_t requests = 10'000;
  constexpr auto latency = 300ms;
  proxy_fixture proxy{on_loopback(), {.latency = latency}};
  std::vector<raw_client> connections;
  for (std::size_t i = 0; i < clients; ++i) {
    connections.push_back(proxy.connect());
  }
  std::atomic<std::size_t> answered{0};
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < clients; ++i) {
    threads.emplace_back([&, i] {
      const auto count = requests / clients + (i < requests % clients ? 1 : 0);
      std::string all;
      for (std::size_t k = 0; k < count; ++k) {
        all += get_request(target_of("https://vault.azure.net"));
      }
      connections[i].send(all);
      for (std::size_t k = 0; k < count; ++k) {
        const auto reply = connections[i].receive();
        answered += reply && reply->status == 200 ? 1 : 0;
      }
    });
  }
  for (auto& each : threads) {
    each.join();
  }
  const auto elapsed = std::chrono::steady_clock::now() - begin;
  CHECK(answered == requests);
  CHECK(proxy.host.statistics().token_requests == 1);
  CHECK(proxy.observer.count(token_result::fetched) == 1);
  // On an idle machine below 1.5 times the latency.
  CHECK(elapsed < 20 * latency);
}

TEST_CASE("a client that leaves while it waits is counted once, and its request is cancelled") {
  proxy_fixture proxy{on_loopback(), {.latency = 2s}};
  {
    auto client = proxy.connect();
    REQUIRE(client.send(get_request(target_of("https://vault.azure.net"))));
    REQUIRE(eventually([&] { return proxy.server->waiting() == 1; }));
  }
  CHECK(eventually([&] { return proxy.server->waiting() == 0; }));
  CHECK(eventually([&] { return proxy.server->connections() == 0; }));
  const auto requests = proxy.observer.requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].result == token_result::failed);
  CHECK(requests[0].reason == "client_disconnected");
}

TEST_CASE("a client that only closes its own side gets its answer") {
  proxy_fixture proxy{on_loopback(), {.latency = 300ms}};
  auto client = proxy.connect();
  REQUIRE(client.send(get_request(target_of("https://vault.azure.net"))));
  client.send_end();
  auto reply = client.receive(false);
  REQUIRE(reply.has_value());
  CHECK(reply->status == 100);
  reply = client.receive();
  REQUIRE(reply.has_value());
  CHECK(reply->status == 200);
  CHECK(client.receive_rest().empty());
}
