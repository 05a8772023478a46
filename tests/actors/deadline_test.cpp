// From when the deadline of a request counts, in virtual time.
#include "tests/support/catch.hpp"
#include "tests/support/virtual_actors.hpp"

#include <memory>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

TEST_CASE("a deadline counts from the call, not from when an actor reads the request") {
  virtual_actors actors;
  const auto read_late = std::make_shared<answers>();
  actors.send(actors.cache, {.resource = "r"}, 1s, actors.waiter_into(read_late));
  actors.fire_timers_after(900ms);
  actors.run();
  CHECK(actors.transport->started() == 1);
  CHECK(read_late->empty());
  actors.advance(100ms);
  CHECK(is_error(*read_late, errc::deadline_exceeded));
  const auto read_too_late = std::make_shared<answers>();
  actors.send(actors.cache, {.resource = "other"}, 1s, actors.waiter_into(read_too_late));
  actors.fire_timers_after(1s);
  actors.run();
  CHECK(is_error(*read_too_late, errc::deadline_exceeded));
  CHECK(actors.transport->started() == 1);
}
