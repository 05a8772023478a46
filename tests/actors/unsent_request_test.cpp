// The actors when the transport did not send a request, because its deadline passed in the queue
// for a connection.
#include "messages/make_error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/virtual_actors.hpp"

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

// What the transport answers then.
expected<http_response> not_sent() {
  return fail(errc::deadline_exceeded, "the deadline of the request passed before it was sent");
}

}  // namespace

TEST_CASE("when a request was not sent before its first deadline, another serves later waiters") {
  virtual_actors actors;
  const auto hasty = actors.ask("r", 1s);
  const auto patient = actors.ask("r", 30s);
  actors.fire_timers_after(1s);
  actors.transport->complete(0, not_sent());
  actors.run();
  CHECK(is_error(*hasty, errc::deadline_exceeded));
  CHECK(patient->empty());
  REQUIRE(actors.transport->started() == 2);
  CHECK(actors.transport->request(1).deadline > actors.transport->request(0).deadline);
  actors.grant(1);
  CHECK(is_token(*patient, "token-1"));
}

TEST_CASE("when a request was not sent and no caller waits any more, no other is made") {
  virtual_actors actors;
  const auto hasty = actors.ask("r", 1s);
  actors.advance(1s);
  CHECK(is_error(*hasty, errc::deadline_exceeded));
  actors.transport->complete(0, not_sent());
  actors.run();
  CHECK(actors.transport->started() == 1);
  const auto next = actors.ask("r");
  REQUIRE(actors.transport->started() == 2);
  actors.grant(1);
  CHECK(is_token(*next, "token-1"));
}
