// How the credential for the Azure SDK waits for tokens, tested without azure-core.
#include "tests/support/catch.hpp"
#include "tests/support/one_thread_system.hpp"
#include <midas/detail/azure_tokens.hpp>
#include <midas/simulated_host.hpp>
#include <midas/token_service.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <latch>
#include <string>
#include <thread>
#include <vector>

namespace midas::detail {
namespace {

using namespace std::chrono_literals;

const std::string storage = "https://storage.azure.com/.default";

azure_wait wait_for(std::chrono::nanoseconds timeout) {
  return {timeout, [] { return false; }};
}

simulated_host_options with_rules(const std::string& rules) {
  simulated_host_options options;
  options.fault_rules = R"({"rules": [)" + rules + "]}";
  return options;
}

const std::string hangs = R"({"action": {"hang": true}})";

TEST_CASE("an operation of the Azure SDK that is cancelled while it waits ends at once") {
  const simulated_host host{with_rules(hangs)};
  token_service tokens{{.endpoint = host.endpoint()}};
  std::atomic<int> polls = 0;
  const azure_wait cancelled_later{1min, [&polls] { return ++polls > 5; }};
  const auto start = std::chrono::steady_clock::now();
  const auto token = get_until_cancelled(tokens, {.resource = storage}, cancelled_later);
  REQUIRE_FALSE(token);
  CHECK(token.error().code == errc::cancelled);
  CHECK(std::chrono::steady_clock::now() - start < 30s);
}

TEST_CASE("an operation that was cancelled, or whose deadline has passed, sends nothing") {
  const simulated_host host;
  token_service tokens{{.endpoint = host.endpoint()}};
  const azure_wait cancelled{0ns, [] { return true; }};
  CHECK(get_until_cancelled(tokens, {.resource = storage}, cancelled).error().code ==
        errc::cancelled);
  const auto late = get_until_cancelled(tokens, {.resource = storage}, wait_for(0ns));
  CHECK(late.error().code == errc::deadline_exceeded);
  CHECK(host.statistics().requests == 0);
}

TEST_CASE("an operation waits no longer than it may") {
  const simulated_host host{with_rules(hangs)};
  token_service tokens{{.endpoint = host.endpoint()}};
  const auto start = std::chrono::steady_clock::now();
  const auto token = get_until_cancelled(tokens, {.resource = storage}, wait_for(100ms));
  REQUIRE_FALSE(token);
  CHECK(token.error().code == errc::deadline_exceeded);
  CHECK(std::chrono::steady_clock::now() - start < 30s);
}

TEST_CASE("an operation whose deadline passes says why there is no token") {
  const simulated_host host{
      with_rules(R"({"action": {"status": 503, "headers": {"Retry-After": "60"}}})")};
  token_service tokens{{.endpoint = host.endpoint()}};
  REQUIRE(tokens.get({.resource = storage}, 500ms).error().code == errc::service_unavailable);
  const auto late = get_until_cancelled(tokens, {.resource = storage}, wait_for(0ns));
  REQUIRE_FALSE(late);
  CHECK(late.error().code == errc::deadline_exceeded);
  CHECK(late.error().http_status == 503);
  CHECK(late.error().retry_after);
}

TEST_CASE("an operation ends at its deadline even if the application blocks the actors") {
  internal::test::one_thread_system actors;
  const simulated_host host;
  token_service tokens{actors.system(), {.endpoint = host.endpoint()}};
  actors.block();
  const auto token = get_until_cancelled(tokens, {.resource = storage}, wait_for(50ms));
  actors.release();
  REQUIRE_FALSE(token);
  CHECK(token.error().code == errc::deadline_exceeded);
}

TEST_CASE("an operation does not wait on a thread that midas needs") {
  const simulated_host host;
  token_service tokens{{.endpoint = host.endpoint()}};
  std::promise<errc> code;
  tokens.get_async({.resource = storage}, 30s, [&](const expected<access_token>&) {
    code.set_value(
        get_until_cancelled(tokens, {.resource = "https://vault.azure.net"}, wait_for(30s))
            .error()
            .code);
  });
  CHECK(code.get_future().get() == errc::would_block);
}

TEST_CASE("a token that the SDK rejects is refreshed once for all callers") {
  const simulated_host host;
  token_service tokens{{.endpoint = host.endpoint()}};
  const token_request request{.resource = "https://rejected.azure.com"};
  const auto rejected = tokens.get(request, 30s);
  REQUIRE(rejected);
  constexpr std::size_t threads = 16;
  std::latch start{threads};
  std::atomic<std::size_t> replaced = 0;
  {
    std::vector<std::jthread> callers;
    for (std::size_t i = 0; i < threads; ++i) {
      callers.emplace_back([&] {
        start.arrive_and_wait();
        const auto token = get_lasting(tokens, request, std::chrono::seconds::max(), wait_for(30s));
        replaced += token && !(token->token() == rejected->token()) ? 1U : 0U;
      });
    }
  }
  CHECK(replaced == threads);
  const auto requests = host.statistics().token_requests;
  const auto again = get_lasting(tokens, request, std::chrono::seconds::max(), wait_for(30s));
  CHECK(again->source() == token_source::cache);
  CHECK(host.statistics().token_requests == requests);
}

TEST_CASE("a cached token that ends too early is replaced by one that lasts") {
  const simulated_host host{with_rules(R"({"match": {"nth": 1}, "action": {"lifetime": "20m"}})")};
  token_service tokens{{.endpoint = host.endpoint()}};
  const token_request request{.resource = "https://early.azure.com"};
  const auto early = get_lasting(tokens, request, 2min, wait_for(30s));
  CHECK(get_lasting(tokens, request, 10min, wait_for(30s))->token() == early->token());
  const auto lasting = get_lasting(tokens, request, 1h, wait_for(30s));
  CHECK_FALSE(lasting->token() == early->token());
  CHECK(get_lasting(tokens, request, 1h, wait_for(30s))->token() == lasting->token());
  CHECK(host.statistics().token_requests == 2);
}

TEST_CASE("a token that was just granted is not refreshed, however short it is") {
  simulated_host_options options;
  options.expires_in = 20min;
  const simulated_host host{options};
  token_service tokens{{.endpoint = host.endpoint()}};
  const token_request request{.resource = "https://short.azure.com"};
  CHECK(get_lasting(tokens, request, 1h, wait_for(30s)));
  CHECK(host.statistics().token_requests == 1);
  // The second call requests a refresh without success, and the third does not request one.
  CHECK(get_lasting(tokens, request, 1h, wait_for(30s)));
  CHECK(host.statistics().token_requests == 2);
  CHECK(get_lasting(tokens, request, 1h, wait_for(30s)));
  CHECK(host.statistics().token_requests == 2);
}

TEST_CASE("the cached token is returned if its refresh fails") {
  const simulated_host host{
      with_rules(R"({"match": {"nth": 1}, "action": {"lifetime": "20m"}}, )" + hangs)};
  token_service tokens{{.endpoint = host.endpoint()}};
  const token_request request{.resource = "https://failing.azure.com"};
  const auto cached = tokens.get(request, 30s);
  REQUIRE(cached);
  const auto token = get_lasting(tokens, request, 1h, wait_for(100ms));
  REQUIRE(token);
  CHECK(token->token() == cached->token());
  // Without another attempt, the second call does not wait.
  const auto start = std::chrono::steady_clock::now();
  CHECK(get_lasting(tokens, request, 1h, wait_for(1min)));
  CHECK(std::chrono::steady_clock::now() - start < 5s);
}

TEST_CASE("a refresh that its caller cancels does not keep others from refreshing") {
  const simulated_host host{with_rules(R"({"match": {"nth": 1}, "action": {"lifetime": "20m"}})")};
  token_service tokens{{.endpoint = host.endpoint()}};
  const token_request request{.resource = "https://cancelled.azure.com"};
  const auto early = tokens.get(request, 30s);
  const azure_wait cancelled{30s, [] { return true; }};
  CHECK(get_lasting(tokens, request, 1h, cancelled)->token() == early->token());
  CHECK_FALSE(get_lasting(tokens, request, 1h, wait_for(30s))->token() == early->token());
}

TEST_CASE("a credential keeps one handle for each of its first 16 scopes") {
  token_service tokens{{.endpoint = "http://127.0.0.1:9"}};
  scope_handles handles;
  int made = 0;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 20; ++i) {
      const auto scope = "https://" + std::to_string(i) + ".azure.com/.default";
      handles.add(scope, [&] {
        ++made;
        return tokens.for_resource(scope);
      });
      REQUIRE((handles.find(scope) != nullptr) == (i < 16));
      if (i < 16) {
        CHECK(handles.find(scope)->request().resource == scope);
      }
    }
  }
  CHECK(made == 16);
}

}  // namespace
}  // namespace midas::detail
