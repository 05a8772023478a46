// A resource in place of a token_request, in every way of asking.
#include "tests/service/scripted_service.hpp"
#include "tests/support/application_config.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/outcomes.hpp"
#include <midas/actors.hpp>
#include <midas/token_handle.hpp>

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

#include <cstddef>
#include <string>
#include <string_view>

using namespace std::chrono_literals;
using namespace std::string_view_literals;
using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

template <class Resource>
concept is_accepted = requires(token_service& tokens, const Resource& resource) {
  tokens.try_get(resource);
  tokens.get(resource, 5s);
  tokens.get_async(resource, 5s, nullptr);
  tokens.async_get(resource, 5s);
};

// A text of the application's own.
struct uri {
  operator std::string_view() const { return "https://vault.azure.net"; }  // NOLINT: implicit
};

static_assert(is_accepted<token_request>);
static_assert(is_accepted<char[24]>);
static_assert(is_accepted<const char*>);
static_assert(is_accepted<std::string>);
static_assert(is_accepted<std::string_view>);
static_assert(is_accepted<uri>);
static_assert(!is_accepted<std::nullptr_t>);
static_assert(!is_accepted<int>);
static_assert(!is_accepted<managed_identity>);

template <class Resource>
detached await(token_service& tokens, const Resource& resource, outcomes& results) {
  results.add(co_await tokens.async_get(resource, patience));
}

detached await_literal(token_service& tokens, outcomes& results) {
  results.add(co_await tokens.async_get("https://vault.azure.net", patience));
}

// The text ends before the answer comes.
void await_local(token_service& tokens, outcomes& results) {
  std::string local{"https://vault.azure.net"};
  await(tokens, std::string_view{local}, results);
  local.assign(local.size(), 'x');
}

template <class Resource>
void ask_in_every_way(scripted_service& host, const Resource& resource) {
  outcomes results;
  const auto add = [&](auto outcome) { results.add(std::move(outcome)); };
  CHECK_FALSE(host.tokens.try_get(resource));
  host.tokens.get_async(resource, patience, add);
  await(host.tokens, resource, results);
  host.grant(0);
  results.add(host.tokens.get(resource, patience));
  CHECK(all_same_token(results.wait_for(3)));
  CHECK(host.tokens.try_get(resource));
  CHECK(host.tokens.try_get(vault));
  CHECK(host.tokens.for_resource(resource).try_get());
  // Cached.
  host.tokens.get_async(resource, patience, add);
  await(host.tokens, resource, results);
  CHECK(all_same_token(results.wait_for(5)));
  CHECK(host.transport->started() == 1);
}

}  // namespace

TEST_CASE("each kind of text requests the token of its resource, in every way of asking") {
  scripted_service host;
  SECTION("a literal") { ask_in_every_way(host, "https://vault.azure.net"); }
  SECTION("const char*") {
    const char* const text = "https://vault.azure.net";
    ask_in_every_way(host, text);
  }
  SECTION("std::string") { ask_in_every_way(host, std::string{"https://vault.azure.net"}); }
  SECTION("std::string_view") {
    ask_in_every_way(host, "https://vault.azure.net?"sv.substr(0, 23));
  }
  SECTION("a type of the application") { ask_in_every_way(host, uri{}); }
}

TEST_CASE("a coroutine awaits a text that ends before the answer comes") {
  scripted_service host;
  outcomes results;
  await_literal(host.tokens, results);
  await_local(host.tokens, results);
  host.grant(0);
  CHECK(all_same_token(results.wait_for(2)));
  CHECK(host.transport->request(0).url.find("vault.azure.net") != std::string::npos);
  CHECK(host.transport->started() == 1);
}

TEST_CASE("a braced list is a token_request") {
  scripted_service host;
  CHECK(host.tokens.get({}, 5s).error().code == errc::invalid_resource);
  CHECK_FALSE(host.tokens.try_get({}));
  CHECK(host.tokens.get({.resource = "not a resource"}, 5s).error().code == errc::invalid_resource);
  CHECK(host.tokens.get({managed_identity::client_id(""), "https://vault.azure.net"}, 5s)
            .error()
            .code == errc::invalid_identity);
  CHECK(host.tokens.get({{}, "https://vault.azure.net", {}, false, 1}, 0s).error().code ==
        errc::invalid_timeout);
  CHECK(host.tokens.get("", 5s).error().code == errc::invalid_resource);
}

TEST_CASE("a text requests the identity of the service's options, as an unnamed request does") {
  auto options = options_for("http://127.0.0.1:9");
  options.identity = managed_identity::client_id("11111111-2222-3333-4444-555555555555");
  const auto transport = std::make_shared<scripted_transport>();
  auto tokens = make_token_service(options, transport);
  tokens.get_async("https://vault.azure.net", patience, nullptr);
  while (transport->started() < 1) {
    std::this_thread::yield();
  }
  CHECK(transport->request(0).url.find("11111111-2222") != std::string::npos);
  transport->respond(0, 200, R"({"access_token":"T","expires_in":"86400"})");
  REQUIRE(tokens.get("https://vault.azure.net", patience));
  CHECK(tokens.try_get("https://vault.azure.net"));
  CHECK_FALSE(tokens.try_get({managed_identity::system_assigned(), "https://vault.azure.net"}));
}

TEST_CASE("an actor requests the token of a text") {
  scripted_service host;
  application_config config;
  caf::actor_system system{config};
  outcomes results;
  // The resource is an argument: without any, CAF 0.17 binds a reference to nothing.
  const auto ask = [&](caf::event_based_actor* self, const std::string& resource) {
    const auto add = [&](const access_token& token) { results.add(token); };
    const auto fail = [&](const error& failure) { results.add(unexpected{failure}); };
    request_token(self, host.tokens, "https://vault.azure.net", patience).then(add, fail);
    request_token(self, host.tokens, resource, patience).then(add, fail);
  };
  const std::string vault_text = "https://vault.azure.net";
  system.spawn(ask, vault_text);
  host.grant(0);
  CHECK(all_same_token(results.wait_for(2)));
  system.spawn(ask, vault_text);
  CHECK(all_same_token(results.wait_for(4)));
  CHECK(host.transport->started() == 1);
}
