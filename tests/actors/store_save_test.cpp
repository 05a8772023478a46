// What a token store gets to save, in virtual time.
#include "tests/actors/store_fixture.hpp"
#include "tests/support/catch.hpp"

#include <stdexcept>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace std::chrono_literals;

TEST_CASE("an acquired token is saved, with what finds it again") {
  stored_actors service;
  service.load_nothing();
  const auto acquired_at = service.actors.now();
  (void)service.actors.ask(
      {.identity = managed_identity::client_id("AB"), .resource = "a/.default"});
  service.actors.grant(0);
  CHECK(service.store->saves.empty());
  service.run_store();
  REQUIRE(service.store->saved(0) == texts{"token-0"});
  const auto& stored = service.store->saves[0][0];
  CHECK(stored.identity.id() == "AB");
  CHECK(stored.endpoint == "http://127.0.0.1:1/token");
  CHECK(stored.grant.resource == "a");
  CHECK(stored.grant.token_type == "Bearer");
  CHECK(stored.grant.expires_on == acquired_at + 24h);
  CHECK(stored.grant.refresh_on == acquired_at + 12h);
  CHECK(stored.cached_at == acquired_at);
}

TEST_CASE("a token that names no identity is saved under the one that it is for") {
  const store_owner with_default{stored_actors::owner_without_default().endpoint,
                                 managed_identity::client_id("app")};
  for (const auto& [owner, expected_identity] :
       {std::pair{stored_actors::owner_without_default(), managed_identity::system_assigned()},
        std::pair{with_default, managed_identity::client_id("app")}}) {
    stored_actors service{100, owner};
    service.load_nothing();
    (void)service.actors.ask("a");
    service.actors.grant(0);
    service.run_store();
    REQUIRE(service.store->saves.size() == 1);
    CHECK(service.store->saves[0][0].identity == expected_identity);
    CHECK(service.store->saves[0][0].identity.is_named());
  }
}

TEST_CASE("what one service saves, another loads") {
  const store_owner owner{stored_actors::owner_without_default().endpoint,
                          managed_identity::client_id("app")};
  stored_actors first{100, owner};
  first.load_nothing();
  (void)first.actors.ask("a");
  first.actors.grant(0);
  first.run_store();
  stored_actors second{100, owner};
  second.store->content = first.store->saves.at(0);
  second.run_store();
  CHECK(is_token(*second.actors.ask("a"), "token-0"));
  CHECK(is_token(
      *second.actors.ask({.identity = managed_identity::client_id("APP"), .resource = "a"}),
      "token-0"));
  CHECK(second.requests() == 0);
}

TEST_CASE("the token that the host returns again is not saved again") {
  stored_actors service;
  service.load_nothing();
  (void)service.actors.ask("a");
  service.actors.transport->respond(0, 200, "same 86400");
  service.actors.run();
  service.run_store();
  REQUIRE(service.store->saves.size() == 1);
  (void)service.actors.ask({.resource = "a", .force_refresh = true});
  service.actors.transport->respond(1, 200, "same 86400");
  service.actors.run();
  service.run_store();
  CHECK(service.store->saves.size() == 1);
  (void)service.actors.ask({.resource = "a", .force_refresh = true});
  service.actors.grant(2);
  service.run_store();
  REQUIRE(service.store->saves.size() == 2);
  CHECK(service.store->saved(1) == texts{"token-2"});
}

TEST_CASE("a token that was acquired for claims is saved") {
  stored_actors service;
  service.load_nothing();
  (void)service.actors.ask({.resource = "a", .claims = R"({"c":1})"});
  service.actors.grant(0);
  service.run_store();
  REQUIRE(service.store->saves.size() == 1);
  CHECK(service.store->saved(0) == texts{"token-0"});
}

TEST_CASE("an older token that arrives later is not saved") {
  stored_actors service;
  service.load_nothing();
  (void)service.actors.ask("a");
  (void)service.actors.ask({.resource = "a", .claims = R"({"c":1})"});
  REQUIRE(service.requests() == 2);
  service.actors.transport->respond(1, 200, "newer 86400");
  service.actors.run();
  service.actors.transport->respond(0, 200, "older 86400");
  service.actors.run();
  service.run_store();
  REQUIRE(service.store->saves.size() == 1);
  CHECK(service.store->saved(0) == texts{"newer"});
}

TEST_CASE("a refusal and a token that cannot be handed out are not saved") {
  stored_actors service;
  service.load_nothing();
  (void)service.actors.ask("a");
  service.actors.refuse(0);
  (void)service.actors.ask("b");
  service.actors.grant(1, 0s);
  service.run_store();
  CHECK(service.store->saves.empty());
}

TEST_CASE("tokens that are acquired while the store is slow are saved by one call") {
  stored_actors service;
  service.load_nothing();
  (void)service.actors.ask("a");
  (void)service.actors.ask("b");
  (void)service.actors.ask("c");
  service.store->on_save = [&service]() -> expected<void> {
    service.store->on_save = nullptr;
    service.actors.grant(1);
    service.actors.grant(2);
    return {};
  };
  service.actors.grant(0);
  service.run_store();
  REQUIRE(service.store->saves.size() == 2);
  CHECK(service.store->saved(0) == texts{"token-0"});
  CHECK(service.store->saved(1) == texts{"token-1", "token-2"});
}

TEST_CASE("a caller has its token before the store is called") {
  stored_actors service;
  service.load_nothing();
  const auto answer = service.actors.ask("a");
  service.actors.grant(0);
  CHECK(is_token(*answer, "token-0"));
  CHECK(service.store->saves.empty());
}

TEST_CASE("what could not be saved is saved with the next token") {
  stored_actors service;
  service.load_nothing();
  service.store->on_save = [] { return fail(errc::store_failed, "no space"); };
  (void)service.actors.ask("a");
  service.actors.grant(0);
  service.run_store();
  REQUIRE(service.failures.size() == 1);
  CHECK(service.failures[0].operation == store_operation::save);
  CHECK(service.failures[0].unsaved == 1);
  CHECK(service.failures[0].failure.message == "no space");
  CHECK(service.runner->jobs.empty());
  service.store->on_save = nullptr;
  (void)service.actors.ask("b");
  service.actors.grant(1);
  service.run_store();
  REQUIRE(service.store->saves.size() == 2);
  CHECK(service.store->saved(1) == texts{"token-0", "token-1"});
  CHECK(service.failures.size() == 1);
}

TEST_CASE("a store that keeps failing, or throws, is reported once a minute") {
  stored_actors service;
  service.load_nothing();
  service.store->on_save = []() -> expected<void> { throw std::runtime_error{"broken"}; };
  for (std::size_t i = 0; i < 5; ++i) {
    const auto answer = service.actors.ask(("key-" + std::to_string(i)).c_str());
    service.actors.grant(i);
    CHECK(answer->size() == 1);
    service.run_store();
    service.actors.advance(20s);
  }
  REQUIRE(service.failures.size() == 2);
  CHECK(service.failures[1].unsaved == 4);
  CHECK(service.store->saves.size() == 5);
}

TEST_CASE("an event repeats neither a token nor control characters of the store's error") {
  stored_actors service;
  service.load_nothing();
  service.store->on_save = [&service] {
    const auto token = std::string{service.store->saves.back()[0].grant.token.reveal()};
    return fail(errc::store_failed, "cannot write " + token + "\x1b[2J", "Delete " + token);
  };
  (void)service.actors.ask("a");
  service.actors.transport->respond(0, 200, "opaque-secret-token 86400");
  service.actors.run();
  service.run_store();
  REQUIRE(service.failures.size() == 1);
  const auto line = to_string(token_event{service.failures[0]});
  CHECK(line.find("opaque") == std::string::npos);
  CHECK(line.find('\x1b') == std::string::npos);
  CHECK(line.find("cannot write <redacted>") != std::string::npos);
}

TEST_CASE("no token is saved after the end") {
  stored_actors service;
  service.load_nothing();
  service.calls->finish(std::chrono::steady_clock::now());
  (void)service.actors.ask("a");
  service.actors.grant(0);
  service.run_store();
  CHECK(service.store->saves.empty());
}

TEST_CASE("the refreshed token of a loaded one is saved; one that is not used is not refreshed") {
  stored_actors service;
  service.store->content = {service.kept("used"), service.kept("unused")};
  service.run_store();
  CHECK(is_token(*service.actors.ask("used"), "kept used"));
  service.actors.advance(11h);
  REQUIRE(service.requests() == 1);
  service.actors.grant(0);
  service.run_store();
  REQUIRE(service.store->saves.size() == 1);
  CHECK(service.store->saves[0][0].grant.resource == "used");
  // It is still there, and its first use refreshes it.
  service.actors.advance(1h);
  CHECK(service.requests() == 1);
  CHECK(is_token(*service.actors.ask("unused"), "kept unused"));
  CHECK(service.requests() == 2);
}

TEST_CASE("loaded tokens that are never used leave memory without a request to the host") {
  stored_actors service;
  service.store->content = {service.kept("a"), service.kept("b")};
  service.run_store();
  service.actors.advance(24h);
  service.actors.advance(1h);
  CHECK(service.requests() == 0);
  CHECK(service.actors.context->table->size() == 0);
}

TEST_CASE("a process that ends at once leaves the refresh of a loaded token to another one") {
  stored_actors service;
  service.store->content = {service.kept("a")};
  service.store->content[0].cached_at -= 19h;
  service.store->content[0].grant.expires_on -= 19h;
  service.run_store();
  CHECK(is_token(*service.actors.ask("a"), "kept a"));
  service.actors.advance(9s);
  CHECK(service.requests() == 0);
  service.actors.advance(1s);
  CHECK(service.requests() == 1);
}

TEST_CASE("of more tokens than max_keys, those that expire last stay") {
  stored_actors service{2};
  service.store->content = {service.kept("short", 20h), service.kept("long", 40h),
                            service.kept("longer", 50h)};
  service.run_store();
  CHECK(service.actors.context->table->size() == 2);
  CHECK_FALSE(service.is_published("short"));
  CHECK(service.is_published("longer"));
}

TEST_CASE("a late load displaces no key that is in use") {
  stored_actors service{2};
  (void)service.actors.ask("a");
  service.actors.advance(1s);
  service.actors.grant(0);
  service.store->content = {service.kept("b", 40h), service.kept("c", 50h)};
  service.run_store();
  CHECK(service.is_published("a"));
  CHECK(service.is_published("c"));
  CHECK_FALSE(service.is_published("b"));
}
