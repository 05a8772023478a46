// Handles without a service behave like handles whose service has gone.
#include "messages/caller_errors.hpp"
#include "tests/service/scripted_service.hpp"
#include "tests/support/application_config.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/outcomes.hpp"
#include <midas/actors.hpp>
#include <midas/token_handle.hpp>

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

#include <map>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>

using namespace std::chrono_literals;
using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

static_assert(std::is_nothrow_default_constructible_v<token_handle>);
static_assert(std::is_nothrow_move_constructible_v<token_handle>);
static_assert(std::is_nothrow_move_assignable_v<token_handle>);
static_assert(std::is_copy_constructible_v<token_handle>);

struct client {
  token_handle vault;
  int requests = 0;
};

detached await(const token_handle& handle, std::chrono::nanoseconds timeout, outcomes& results,
               std::stop_token stop) {
  results.add(co_await handle.async_get(timeout, stop));
}

std::vector<expected<access_token>> ask_in_every_way(const token_handle& handle,
                                                     std::chrono::nanoseconds timeout,
                                                     const std::stop_token& stop = {}) {
  outcomes results;
  results.add(handle.get(timeout, stop));
  handle.get_async(
      timeout, [&](auto outcome) { results.add(std::move(outcome)); }, stop);
  await(handle, timeout, results, stop);
  return results.wait_for(3);
}

error error_in_actor(const token_handle& handle, std::chrono::nanoseconds timeout) {
  application_config config;
  caf::actor_system system{config};
  outcomes results;
  // The handle is an argument: without any, CAF 0.17 binds a reference to nothing.
  system.spawn(
      [&](caf::event_based_actor* self, const token_handle& to) {
        request_token(self, to, timeout)
            .then([&](const access_token& token) { results.add(token); },
                  [&](const error& failure) { results.add(unexpected{failure}); });
      },
      handle);
  return results.wait_for(1).front().error();
}

}  // namespace

TEST_CASE("an empty handle fails like one whose service was shut down") {
  scripted_service host;
  const auto of_ended_service = host.tokens.for_resource("https://vault.azure.net");
  host.tokens.shutdown();
  const token_handle empty;
  CHECK(empty.empty());
  CHECK_FALSE(of_ended_service.empty());
  for (const auto& handle : {empty, of_ended_service}) {
    CHECK_FALSE(handle.try_get());
    CHECK(all_are(ask_in_every_way(handle, patience), errc::shutting_down));
    CHECK(all_are(ask_in_every_way(handle, 0s), errc::invalid_timeout));
    CHECK(error_in_actor(handle, patience).code == errc::shutting_down);
    std::stop_source stop;
    stop.request_stop();
    CHECK(all_are(ask_in_every_way(handle, patience, stop.get_token()), errc::cancelled));
  }
  CHECK(empty.get(patience).error().message == empty_handle_error().message);
  CHECK(error_in_actor(empty, patience).message == empty_handle_error().message);
  CHECK(empty.request() == token_request{});
  empty.get_async(patience, nullptr);
}

TEST_CASE("an empty handle is not found in a cache of a thread that has unused entries") {
  scripted_service host;
  host.tokens.get_async(vault, patience, nullptr);
  host.grant(0);
  REQUIRE(host.tokens.get(vault, patience));
  REQUIRE(host.tokens.for_resource(vault.resource).try_get());
  CHECK_FALSE(token_handle{}.try_get());
}

TEST_CASE("a handle is a member and the value of a map, and is assigned later") {
  scripted_service host;
  host.tokens.get_async(vault, patience, nullptr);
  host.grant(0);
  REQUIRE(host.tokens.get(vault, patience));
  client one;
  CHECK_FALSE(one.vault.try_get());
  one.vault = host.tokens.for_resource(vault.resource);
  CHECK(one.vault.try_get());
  std::map<std::string, token_handle> handles;
  CHECK(handles["vault"].empty());
  handles["vault"] = one.vault;
  CHECK(handles["vault"].try_get());
  CHECK(one.vault.try_get());
}

TEST_CASE("a handle that was moved from is empty, and can be assigned again") {
  scripted_service host;
  host.tokens.get_async(vault, patience, nullptr);
  host.grant(0);
  REQUIRE(host.tokens.get(vault, patience));
  auto first = host.tokens.for_resource(vault.resource);
  REQUIRE(first.try_get());
  auto second = std::move(first);
  // NOLINTNEXTLINE(bugprone-use-after-move)
  CHECK(first.empty());
  CHECK_FALSE(first.try_get());
  CHECK(first.get(patience).error().code == errc::shutting_down);
  first = second;
  CHECK(first.try_get());
  auto& same = second;
  second = std::move(same);
  CHECK(second.try_get());
}
