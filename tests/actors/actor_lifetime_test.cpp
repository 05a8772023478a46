// How actors begin and end, as the service's gate sees it.
#include "tests/support/virtual_actors.hpp"

#include <catch2/catch.hpp>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

TEST_CASE("a shutdown waits for an actor that has not run yet") {
  virtual_actors actors;
  auto settings = actors.settings;
  auto context = std::make_shared<service_context>(*settings.service);
  context->live_actors = std::make_shared<gate>();
  settings.service = context;
  const auto cache = spawn_cache(actors.system(), settings);
  CHECK_FALSE(context->live_actors->wait_for(0s));
  caf_compat::send_exit(cache, caf::exit_reason::user_shutdown);
  actors.run();
  CHECK(context->live_actors->wait_for(0s));
}

TEST_CASE("an actor that is asked to end twice still answers its mailbox and ends once") {
  virtual_actors actors;
  const auto waiting = actors.ask("a");
  const auto unread = std::make_shared<answers>();
  actors.send_as_actor(unread, token_request{.resource = "b"});
  caf_compat::send_exit(actors.cache, caf::exit_reason::user_shutdown);
  caf_compat::send_exit(actors.cache, caf::exit_reason::user_shutdown);
  actors.run();
  CHECK(is_error(*waiting, errc::shutting_down));
  CHECK(is_error(*unread, errc::shutting_down));
  CHECK(actors.live_actors() == 0);
}
