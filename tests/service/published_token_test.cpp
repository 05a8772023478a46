// Published tokens, read through handles and by actors.
#include "tests/service/patience.hpp"
#include "tests/support/application_config.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/coroutine.hpp"
#include "tests/support/outcomes.hpp"
#include "tests/support/vault.hpp"
#include <midas/actors.hpp>
#include <midas/simulated_host.hpp>

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

using namespace std::chrono_literals;
using namespace midas;
using namespace midas::detail;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

token_service_options asking(const simulated_host& imds) {
  token_service_options options;
  options.endpoint = imds.endpoint();
  return options;
}

// What an actor received, and whether it did so before request_token(...).then() returned.
struct actor_result {
  expected<access_token> outcome;
  bool in_handler = false;
};

template <class Tokens, class... Request>
actor_result ask_as_actor(caf::actor_system& system, Tokens& tokens, const Request&... request) {
  std::promise<actor_result> results;
  system.spawn(
      [&](caf::event_based_actor* self, int) {
        const auto in_handler = std::make_shared<bool>(true);
        const auto tell = [&results, in_handler](expected<access_token> outcome) {
          results.set_value({std::move(outcome), *in_handler});
        };
        request_token(self, tokens, request..., patience)
            .then([tell](const access_token& token) { tell(token); },
                  [tell](const error& failure) { tell(unexpected{failure}); });
        *in_handler = false;
      },
      0);
  return results.get_future().get();
}

detached ask(const token_handle& tokens, std::promise<expected<access_token>>& results) {
  results.set_value(co_await tokens.async_get(patience));
}

}  // namespace

TEST_CASE("a handle offers every kind of request, for its resource and identity") {
  simulated_host imds;
  token_service tokens{asking(imds)};
  const auto identity = managed_identity::client_id(sample_user_assigned_identity().client_id);
  const auto handle = tokens.for_resource(vault_url + "/.default", identity);
  CHECK(handle.request().resource == vault_url + "/.default");
  CHECK_FALSE(handle.try_get());
  const auto first = handle.get(patience);
  REQUIRE(first);
  CHECK(first->source() == token_source::identity_provider);
  CHECK(first->resource() == vault_url);
  CHECK(handle.try_get()->token() == first->token());
  CHECK(handle.get(patience)->source() == token_source::cache);
  std::optional<expected<access_token>> by_callback;
  handle.get_async(patience, [&](auto outcome) { by_callback = std::move(outcome); });
  CHECK((*by_callback)->token() == first->token());
  std::promise<expected<access_token>> by_coroutine;
  ask(handle, by_coroutine);
  CHECK(by_coroutine.get_future().get()->token() == first->token());
  // The same key, requested without the handle.
  const token_request same{.identity = identity, .resource = vault_url};
  CHECK(tokens.try_get(same)->token() == first->token());
  CHECK_FALSE(tokens.try_get({.resource = vault_url}));
  CHECK(imds.statistics().token_requests == 1);
  // Every kind of hit is counted: two by try_get, and one each by get, callback and coroutine.
  CHECK(tokens.statistics().cache_hits == 5);
  CHECK(tokens.statistics().tokens == 6);
}

TEST_CASE("a thread that has read through a handle finds the token by the handle's number") {
  simulated_host imds;
  token_service tokens{asking(imds)};
  const auto handle = tokens.for_resource(vault_url);
  REQUIRE(handle.get(patience));
  REQUIRE(handle.try_get());
  CHECK(find_fresh(detail::access::number_of(handle)) != nullptr);
  CHECK(find_fresh(detail::access::number_of(tokens.for_resource(vault_url))) == nullptr);
}

TEST_CASE("a handle for an invalid request reports that in every kind of request") {
  simulated_host imds;
  token_service tokens{asking(imds)};
  const auto nothing = tokens.for_resource("");
  CHECK_FALSE(nothing.try_get());
  CHECK(nothing.get(patience).error().code == errc::invalid_resource);
  const auto invalid_id = tokens.for_resource(vault_url, managed_identity::client_id(""));
  CHECK(invalid_id.get(patience).error().code == errc::invalid_identity);
  CHECK(tokens.for_resource(vault_url).get(0s).error().code == errc::invalid_timeout);
  CHECK(imds.statistics().token_requests == 0);
}

TEST_CASE("a caller that is already canceled gets no token through a handle, either") {
  simulated_host imds;
  token_service tokens{asking(imds)};
  const auto handle = tokens.for_resource(vault_url);
  REQUIRE(handle.get(patience));
  std::stop_source stop;
  stop.request_stop();
  CHECK(handle.get(patience, stop.get_token()).error().code == errc::cancelled);
}

TEST_CASE("a handle and its tokens outlive the service") {
  simulated_host imds;
  std::optional<token_handle> handle;
  std::optional<access_token> held;
  {
    token_service tokens{asking(imds)};
    handle = tokens.for_resource(vault_url);
    REQUIRE(handle->get(patience));
    held = handle->try_get();
  }
  CHECK_FALSE(handle->try_get());
  CHECK(handle->get(patience).error().code == errc::shutting_down);
  std::optional<expected<access_token>> by_callback;
  handle->get_async(patience, [&](auto outcome) { by_callback = std::move(outcome); });
  CHECK(by_callback->error().code == errc::shutting_down);
  CHECK(held->authorization_header().reveal().starts_with("Bearer ey"));
}

TEST_CASE("after a forced refresh every thread reads the new token") {
  simulated_host imds;
  token_service tokens{asking(imds)};
  const auto handle = tokens.for_resource(vault_url);
  REQUIRE(handle.get(patience));
  for (int i = 0; i < 5; ++i) {
    const auto old = handle.try_get();
    const auto fresh = tokens.get({.resource = vault_url, .force_refresh = true}, patience);
    REQUIRE(fresh);
    REQUIRE_FALSE(fresh->token() == old->token());
    CHECK(handle.try_get()->token() == fresh->token());
    std::thread{[&] { CHECK(handle.try_get()->token() == fresh->token()); }}.join();
  }
}

TEST_CASE("an actor gets a published token without a message, and any other token by message") {
  simulated_host imds;
  application_config config;
  caf::actor_system system{config};
  token_service tokens{system, asking(imds)};
  const token_request request{.resource = vault_url};
  const auto first = ask_as_actor(system, tokens, request);
  REQUIRE(first.outcome);
  CHECK_FALSE(first.in_handler);
  const auto second = ask_as_actor(system, tokens, request);
  CHECK(second.outcome->token() == first.outcome->token());
  CHECK(second.in_handler);
  const auto handle = tokens.for_resource(vault_url);
  CHECK(ask_as_actor(system, handle).in_handler);
  const auto refused = ask_as_actor(system, tokens, token_request{});
  CHECK(refused.outcome.error().code == errc::invalid_resource);
  tokens.shutdown();
  CHECK(ask_as_actor(system, handle).outcome.error().code == errc::shutting_down);
  CHECK(ask_as_actor(system, tokens, request).outcome.error().code == errc::shutting_down);
}

TEST_CASE(
    "an actor that answers with a token delegates the request unless the token is published") {
  simulated_host imds;
  application_config config;
  caf::actor_system system{config};
  token_service tokens{system, asking(imds)};
  const auto middle = system.spawn(
      [&tokens](caf::event_based_actor* self, int) -> caf::behavior {
        return {[self, &tokens](const std::string& resource) {
          return request_token(self, tokens, {.resource = resource}, patience).delegate();
        }};
      },
      0);
  caf::scoped_actor self{system};
  for (int i = 0; i < 2; ++i) {
    caf_compat::request(self.ptr(), middle, vault_url)
        .receive([](const access_token& token) { CHECK(token.resource() == vault_url); },
                 [](const caf::error& e) { FAIL(to_string(to_error(e))); });
  }
  caf_compat::request(self.ptr(), middle, std::string{})
      .receive([](const access_token&) { FAIL("a token for nothing"); },
               [](const caf::error& e) { CHECK(to_error(e).code == errc::invalid_resource); });
  caf::anon_send_exit(middle, caf::exit_reason::user_shutdown);
  CHECK(imds.statistics().token_requests == 1);
}
