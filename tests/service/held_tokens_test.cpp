// Tokens that an administrator lists and removes.
#include "service/held_tokens.hpp"

#include "service/service_core.hpp"
#include "tests/service/scripted_service.hpp"
#include "tests/support/catch.hpp"
#include <midas/detail/access.hpp>
#include <midas/token_handle.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <variant>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace std::chrono_literals;

namespace {

const auto all_keys = [](const token_key&) { return true; };

// Requests the token, which the host then grants.
void acquire(scripted_service& service, const token_request& request, std::size_t exchange,
             const std::string& token) {
  outcomes results;
  service.tokens.get_async(request, patience,
                           [&results](expected<access_token> result) { results.add(result); });
  service.grant(exchange, token);
  REQUIRE(results.wait_for(1).front());
}

std::string text_of(const std::optional<access_token>& token) {
  return token ? std::string{token->token().reveal()} : "nothing";
}

}  // namespace

TEST_CASE("the tokens in memory are listed without the tokens") {
  scripted_service service;
  CHECK(held_tokens(service.tokens).empty());
  acquire(service, vault, 0, "T");
  const auto held = held_tokens(service.tokens);
  REQUIRE(held.size() == 1);
  CHECK(held.front().key.resource == vault.resource);
  CHECK(held.front().expires_on > std::chrono::system_clock::now() + 23h);
  CHECK(held.front().refresh_in > 1h);
  CHECK(held.front().refresh_in < 24h);
}

TEST_CASE("a token that is removed is absent for every reader, and the host is asked again") {
  scripted_service service;
  acquire(service, vault, 0, "first");
  auto handle = service.tokens.for_resource(vault.resource);
  CHECK(text_of(service.tokens.try_get(vault)) == "first");
  CHECK(text_of(handle.try_get()) == "first");
  std::atomic<int> evicted = 0;
  const auto watch = service.tokens.observe([&evicted](const token_event& event) {
    const auto* const eviction = std::get_if<key_evicted>(&event);
    evicted += eviction != nullptr && eviction->reason == eviction_reason::forgotten ? 1 : 0;
  });
  CHECK(forget_tokens(service.tokens, all_keys) == 1);
  CHECK(evicted == 1);
  CHECK_FALSE(service.tokens.try_get(vault));
  CHECK_FALSE(handle.try_get());
  CHECK(service.tokens.statistics().keys == 0);
  acquire(service, vault, 1, "second");
  CHECK(text_of(service.tokens.try_get(vault)) == "second");
  CHECK(text_of(handle.try_get()) == "second");
}

TEST_CASE("only the selected tokens are forgotten") {
  scripted_service service;
  const token_request storage{.resource = "https://storage.azure.com"};
  acquire(service, vault, 0, "V");
  acquire(service, storage, 1, "S");
  CHECK(forget_tokens(service.tokens, [](const token_key& key) {
          return key.resource == "https://storage.azure.com";
        }) == 1);
  CHECK(text_of(service.tokens.try_get(vault)) == "V");
  CHECK_FALSE(service.tokens.try_get(storage));
}

TEST_CASE(
    "requests that wait while tokens are forgotten are answered, and their token is not kept") {
  scripted_service service;
  outcomes results;
  for (int i = 0; i < 10; ++i) {
    service.tokens.get_async(vault, patience,
                             [&results](expected<access_token> result) { results.add(result); });
  }
  service.wait_until_asked(1);
  CHECK(forget_tokens(service.tokens, all_keys) == 0);
  service.grant(0, "asked for before");
  const auto received = results.wait_for(10);
  CHECK(all_same_token(received));
  CHECK_FALSE(service.tokens.try_get(vault));
  acquire(service, vault, 1, "asked for after");
  CHECK(text_of(service.tokens.try_get(vault)) == "asked for after");
}

TEST_CASE("after a shutdown, nothing is left to forget") {
  scripted_service service;
  acquire(service, vault, 0, "T");
  service.tokens.shutdown();
  CHECK(forget_tokens(service.tokens, all_keys) <= 1);
  CHECK(held_tokens(service.tokens).empty());
}

TEST_CASE("a service whose refreshes are stopped hands out and acquires tokens as before") {
  scripted_service service;
  acquire(service, vault, 0, "first");
  stop_refreshes(service.tokens);
  // tests/actors/refresh_test.cpp: none begins.
  CHECK_FALSE(midas::detail::access::core_of(service.tokens).context().refreshes->load());
  CHECK(text_of(service.tokens.try_get(vault)) == "first");
  acquire(service, {.resource = "https://storage.azure.com"}, 1, "second");
}
