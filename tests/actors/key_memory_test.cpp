// Which keys leave memory when there are more than token_service_options::max_keys.
#include "tests/support/virtual_actors.hpp"

#include <catch2/catch.hpp>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

TEST_CASE("beyond max_keys the least recently requested tokens leave memory") {
  virtual_actors actors;
  // The cache actor of the fixture stays idle.
  const auto idle = actors.cache;
  actors.cache = spawn_cache(actors.system(), actors.with_max_keys(16));
  actors.run();
  for (int i = 0; i < 16; ++i) {
    actors.ask(("r" + std::to_string(i)).c_str());
    actors.grant(static_cast<std::size_t>(i), 24h);
    actors.advance(1s);
  }
  CHECK(actors.context->table->size() == 16);
  CHECK(is_token(*actors.ask("r0"), "token-0"));
  actors.ask("another");
  actors.grant(16);
  CHECK(actors.context->table->size() <= 16);
  CHECK(is_token(*actors.ask("r0"), "token-0"));
  CHECK(actors.ask("r1")->empty());
  caf_compat::send_exit(idle, caf::exit_reason::user_shutdown);
}

TEST_CASE("a key that has waiters stays, even beyond max_keys") {
  virtual_actors actors;
  const auto idle = actors.cache;
  actors.cache = spawn_cache(actors.system(), actors.with_max_keys(2));
  actors.run();
  std::vector<std::shared_ptr<answers>> received;
  for (int i = 0; i < 8; ++i) {
    received.push_back(actors.ask(("r" + std::to_string(i)).c_str()));
  }
  for (std::size_t i = 0; i < 8; ++i) {
    actors.grant(i);
    CHECK(is_token(*received[i], "token-" + std::to_string(i)));
  }
  caf_compat::send_exit(idle, caf::exit_reason::user_shutdown);
}
