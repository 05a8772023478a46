// The restarts of the cache actor, in virtual time.
#include "actors/cache_supervisor.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/virtual_actors.hpp"

#include <memory>
#include <stdexcept>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

// A cache actor that ends whenever it starts, because its clock throws.
struct failing_cache {
  virtual_actors actors;
  std::shared_ptr<int> starts = std::make_shared<int>(0);
  std::shared_ptr<cache_supervisor> supervisor;

  failing_cache() {
    auto context = std::make_shared<service_context>(*actors.context);
    context->live_actors = std::make_shared<gate>();
    context->now = [count = starts]() -> clock_reading {
      ++*count;
      throw std::runtime_error{"no clock"};
    };
    auto settings = actors.settings;
    settings.service = context;
    supervisor = cache_supervisor::start(actors.system(), settings);
    live = context->live_actors;
  }
  std::shared_ptr<gate> live;
};

}  // namespace

TEST_CASE("a cache actor that cannot start is started again after growing pauses") {
  failing_cache cache;
  cache.actors.run();
  CHECK(*cache.starts == 2);
  CHECK_FALSE(cache.supervisor->current());
  CHECK_FALSE(cache.supervisor->contact());
  cache.actors.advance(99ms);
  CHECK(*cache.starts == 2);
  cache.actors.advance(1ms);
  CHECK(*cache.starts == 3);
  cache.actors.advance(200ms);
  CHECK(*cache.starts == 4);
  for (int i = 0; i < 120; ++i) {
    cache.actors.advance(1'000ms);
  }
  CHECK(*cache.starts < 14);
  cache.supervisor->close();
  cache.actors.run();
}

TEST_CASE("a supervisor that is closed during a pause leaves no actor behind") {
  failing_cache cache;
  cache.actors.run();
  CHECK_FALSE(cache.live->wait_for(0s));
  cache.supervisor->close();
  cache.actors.run();
  CHECK(cache.live->wait_for(0s));
  cache.actors.advance(1h);
  CHECK(*cache.starts == 2);
}

TEST_CASE("the end of an actor that is not the cache's changes nothing") {
  virtual_actors actors;
  actors.ask("r");
  // With an argument: without any, CAF 0.17 binds a dangling reference.
  const auto stranger = actors.system().spawn([](caf::event_based_actor*, int) {}, 0);
  caf_compat::anonymous_send(caf::actor_cast<caf::actor>(actors.cache),
                             caf::down_msg{stranger.address(), caf::exit_reason::kill});
  actors.run();
  actors.grant(0, 24h);
  CHECK(is_token(*actors.ask("r"), "token-0"));
  CHECK(actors.transport->started() == 1);
}
