// Which requests the HTTP actor sends and which it refuses.
#include "actors/policies/rate_limit.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/http_host.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using Catch::Matchers::Contains;

TEST_CASE("one timer wakes the actor, however many requests wait for the host's limits") {
  http_host host{{64, 1}};
  for (const auto* key : {"a", "b", "c", "d"}) {
    host.ask(key);
  }
  CHECK(host.actors.fire_timers_after(1'100ms) == 1);
  host.actors.run();
  CHECK(host.transport->started() == 2);
}

TEST_CASE(
    "a request that gets no slot is refused before its deadline, and the error names the keys that "
    "hold one") {
  http_host host{{3, 0}};
  for (const auto* resource : {"a", "b"}) {
    host.ask(resource);
    host.actors.advance(1s);
  }
  http_request other;
  other.key = key_of("c", managed_identity::client_id("id"));
  host.ask(other);
  const auto waiting = host.ask("w", 2s);
  host.ask("v", 20s);
  host.actors.advance(1'979ms);
  CHECK(waiting->empty());
  host.actors.advance(1ms);
  REQUIRE(waiting->refused);
  const auto& reason = waiting->refused->reason;
  CHECK(reason.code == errc::host_busy);
  CHECK_THAT(reason.message, Contains("3 in flight") && Contains("1 others wait") &&
                                 Contains("a for system-assigned for 4 s") &&
                                 Contains("b for system-assigned for 3 s") &&
                                 Contains("c for client id id for 2 s"));
  // The first exchange times out after 30 s.
  CHECK(reason.retry_after == 30s - 3'980ms);
  CHECK(waiting->refused->wait == 20ms);
}

TEST_CASE("a refusal names at most three keys") {
  http_host host{{5, 0}};
  for (int i = 0; i < 5; ++i) {
    http_request request;
    request.key = key_of("r" + std::to_string(i), managed_identity::client_id(std::to_string(i)));
    host.ask(request);
    host.actors.advance(10ms);
  }
  const auto waiting = host.ask("w", 1s);
  host.actors.advance(1s);
  REQUIRE(waiting->refused);
  CHECK_THAT(waiting->refused->reason.message,
             Contains("r0") && Contains("r2") && !Contains("r3") && Contains("and 2 more"));
}

TEST_CASE("a request that cannot be sent in time is refused at once, with the time to wait") {
  http_host host{{5, 1}};
  host.ask("first");
  const auto refused = host.ask("refused", 500ms);
  REQUIRE(refused->refused);
  CHECK(refused->refused->wait == rate_window);
  CHECK(refused->refused->reason.code == errc::host_busy);
  CHECK(refused->refused->reason.retry_after == rate_window);
  CHECK_THAT(refused->refused->reason.message, Contains("1 per second"));
}

TEST_CASE("a lane has a limited number of cold keys, and others are not affected") {
  http_host host{{1, 0}, 2};
  const auto in_lane = [&host](std::uint32_t lane) {
    http_request request;
    request.key = key_of("r");
    request.lane = lane;
    return host.ask(request);
  };
  in_lane(7);
  in_lane(7);
  const auto refused = in_lane(7);
  REQUIRE(refused->is_error(errc::host_busy));
  CHECK_THAT(refused->failure->message, Contains("lane 7") && Contains(" 2 keys"));
  CHECK(in_lane(8)->empty());
  host.respond(0, 200);
  CHECK(in_lane(7)->empty());
}

TEST_CASE("a single key of another lane is sent at once, behind a thousand resources") {
  http_host host{{5, 20}};
  std::size_t answered = 0;
  const auto answer_all = [&] {
    for (; answered < host.transport->started(); ++answered) {
      host.respond(answered, 200);
    }
  };
  for (int i = 0; i < 1'000; ++i) {
    http_request request;
    request.key = key_of("loop" + std::to_string(i));
    request.lane = 1;
    host.ask(request, 1min);
    answer_all();
  }
  http_request single;
  single.key = key_of("single");
  single.lane = 2;
  const auto received = host.ask(single, 1s);
  answer_all();
  CHECK(received->response);
}

TEST_CASE("one identity that hangs leaves a slot for the others") {
  http_host host{{5, 20}};
  for (int i = 0; i < 20; ++i) {
    host.ask(("hangs" + std::to_string(i)).c_str());
  }
  CHECK(host.transport->started() == 4);
  for (int i = 0; i < 3; ++i) {
    http_request request;
    request.key = key_of("fine", managed_identity::client_id("b"));
    const auto received = host.ask(request, 1s);
    REQUIRE(host.transport->started() == 5U + static_cast<std::size_t>(i));
    host.respond(host.transport->started() - 1, 200);
    CHECK(received->response);
  }
}

TEST_CASE("once refreshes are stopped, one that waits is sent only if a caller waits for it") {
  http_host host{{2, 0}};
  host.ask("first", 10s);
  http_request refresh;
  refresh.purpose = request_purpose::refresh;
  const auto ask_for = [&](const char* resource, std::uint64_t ticket) {
    refresh.key = key_of(resource);
    refresh.ticket = ticket;
    return host.ask(refresh, 1min);
  };
  const auto left = ask_for("left", 7);
  const auto wanted = ask_for("wanted", 8);
  REQUIRE(host.transport->started() == 1);
  host.context->refreshes->store(false);
  host.respond(0, 200);
  CHECK(host.transport->started() == 1);
  host.tell(hasten_request{8, host.now() + 10s});
  REQUIRE(host.transport->started() == 2);
  CHECK(host.url(1) == "wanted");
  host.ask("other", 10s);
  host.respond(1, 200);
  REQUIRE(host.transport->started() == 3);
  host.respond(2, 200);
  CHECK(wanted->response);
  CHECK(left->empty());
  CHECK(host.transport->started() == 3);
  host.end();
  CHECK(left->is_error(errc::shutting_down));
}
