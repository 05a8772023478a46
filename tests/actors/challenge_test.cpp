// Acquisitions of several requests, and requests with claims, in virtual time.
#include "messages/make_error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/virtual_actors.hpp"

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

TEST_CASE("an acquisition makes as many requests as the host protocol requires") {
  virtual_actors actors;
  const auto received = actors.ask("r", 10s);
  const auto joined = actors.ask("r");
  actors.transport->respond(0, 401, "");
  actors.run();
  REQUIRE(actors.transport->started() == 2);
  CHECK(actors.transport->request(1).url == "http://127.0.0.1:1/token?resource=r&step=1");
  actors.transport->respond(1, 401, "");
  actors.run();
  REQUIRE(actors.transport->started() == 3);
  CHECK(actors.transport->request(2).url == "http://127.0.0.1:1/token?resource=r&step=2");
  CHECK(received->empty());
  actors.grant(2);
  CHECK(is_token(*received, "token-2"));
  CHECK(is_token(*joined, "token-2"));
  CHECK(actors.context->counters->acquisitions == 1);
}

TEST_CASE("every request of an acquisition has the same deadline and limits") {
  virtual_actors actors;
  actors.ask("r", 10s);
  actors.advance(4s);
  actors.transport->respond(0, 401, "");
  actors.run();
  const auto first = actors.transport->request(0);
  const auto second = actors.transport->request(1);
  CHECK(second.deadline == first.deadline);
  CHECK(second.connect_timeout == actors.context->options.connect_timeout);
  CHECK(first.total_timeout == 5s);
  // Of the six seconds that are left.
  CHECK(second.total_timeout == 4'500ms);
  CHECK(second.max_response_bytes == actors.context->options.max_response_bytes);
}

TEST_CASE("an acquisition whose waiters all leave between two requests continues") {
  virtual_actors actors;
  const auto received = actors.ask("r", 1s);
  actors.advance(1s);
  CHECK(is_error(*received, errc::deadline_exceeded));
  actors.transport->respond(0, 401, "");
  actors.run();
  const auto later = actors.ask("r");
  CHECK(actors.transport->started() == 2);
  actors.grant(1);
  CHECK(is_token(*later, "token-1"));
}

TEST_CASE("each acquisition begins at the first leg of the host protocol") {
  virtual_actors actors;
  actors.ask("r");
  actors.transport->respond(0, 401, "");
  actors.run();
  actors.grant(1);
  actors.ask(token_request{.resource = "r", .force_refresh = true});
  actors.transport->respond(2, 401, "");
  actors.run();
  CHECK(actors.transport->request(3).url.ends_with("&step=1"));
}

TEST_CASE("a failure of a later request reaches every waiter") {
  virtual_actors actors;
  const auto received = actors.ask("r", 900ms);
  actors.transport->respond(0, 401, "");
  actors.run();
  const auto joined = actors.ask("r", 900ms);
  actors.transport->complete(1, fail(errc::connection_lost, "lost"));
  actors.run();
  CHECK(is_error(*received, errc::connection_lost));
  CHECK(is_error(*joined, errc::connection_lost));
}

TEST_CASE("a request with claims carries the hash of the published token") {
  // SHA-256 of "token-0".
  const std::string hash = "6c02cf2083469e72758a38be0b7c6eabe9bc58580774daf6b2cf4b6ea1469722";
  const token_request challenged{.resource = "r", .claims = "{}"};
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0);
  const auto received = actors.ask(challenged);
  REQUIRE(actors.transport->started() == 2);
  CHECK(actors.transport->request(1).url == "http://127.0.0.1:1/token?resource=r&refused=" + hash);
  actors.grant(1);
  CHECK(is_token(*received, "token-1"));
  CHECK(is_token(*actors.ask("r"), "token-1"));
}

TEST_CASE("claims without a published token carry no hash, and neither does a forced refresh") {
  virtual_actors actors;
  actors.ask({.resource = "r", .claims = "{}"});
  CHECK(actors.transport->request(0).url == "http://127.0.0.1:1/token?resource=r");
  actors.grant(0);
  actors.ask({.resource = "r", .force_refresh = true});
  CHECK(actors.transport->request(1).url == "http://127.0.0.1:1/token?resource=r");
}

TEST_CASE("the hash is that of the last published token, even if it has expired") {
  virtual_actors actors;
  actors.ask("r");
  actors.grant(0, 600s);
  actors.suspend(700s);
  actors.ask({.resource = "r", .claims = "{}"});
  CHECK(actors.transport->request(1).url.ends_with(
      "&refused=6c02cf2083469e72758a38be0b7c6eabe9bc58580774daf6b2cf4b6ea1469722"));
}
