// The requests that the HTTP actor sends in the place of others, before it runs again.
#include "tests/support/catch.hpp"
#include "tests/support/http_host.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

// One slot is for other identities.
constexpr host_limits two_slots{3, 0};

std::size_t in_flight(const http_host& host) {
  std::size_t result = 0;
  for (std::size_t i = 0; i < host.transport->started(); ++i) {
    result += host.transport->is_open(i) ? 1 : 0;
  }
  return result;
}

}  // namespace

TEST_CASE("when a request succeeds, the next one is sent before the actor runs") {
  http_host host{two_slots};
  std::vector<shared_reply> replies;
  for (const auto* resource : {"a", "b", "c", "d"}) {
    replies.push_back(host.ask(resource));
  }
  REQUIRE(host.transport->started() == 2);
  host.complete(1, 200);
  REQUIRE(host.transport->started() == 3);
  CHECK(host.url(2) == "c");
  host.complete(2, 200);
  REQUIRE(host.transport->started() == 4);
  CHECK(host.url(3) == "d");
  host.actors.run();
  CHECK(replies[0]->empty());
  CHECK(replies[1]->response);
  CHECK(replies[2]->response);
  host.respond(3, 200);
  host.respond(0, 200);
  CHECK(replies[0]->response);
  CHECK(replies[3]->response);
  CHECK(host.transport->started() == 4);
  CHECK(host.context->budget->open(1)->in_flight() == 0);
}

TEST_CASE("the order of the requests is that of the queue, also if a more urgent one is added") {
  http_host host{{1, 0}};
  host.ask("first");
  host.ask("patient", 20s);
  host.ask("urgent", 10s);
  host.complete(0, 200);
  CHECK(host.url(1) == "urgent");
  host.complete(1, 200);
  CHECK(host.url(2) == "patient");
}

TEST_CASE("a request takes no slot after the deadline that it has been given") {
  http_host host{{1, 0}};
  host.ask("first");
  host.ask("patient", 20s);
  host.ask_with_ticket(7, "hastened", 25s);
  host.tell(hasten_request{7, host.now() + 1s});
  host.actors.fire_timers_after(2s);
  host.complete(0, 200);
  CHECK(host.transport->started() == 1);
  host.actors.run();
  REQUIRE(host.transport->started() == 2);
  CHECK(host.url(1) == "patient");
}

TEST_CASE("after a failure, no request is sent before the actor has run") {
  http_host host{two_slots};
  for (const auto* resource : {"a", "b", "c", "d"}) {
    host.ask(resource);
  }
  host.complete(0, 429, "3");
  host.complete(1, 200);
  CHECK(host.transport->started() == 2);
  host.actors.run();
  CHECK(host.transport->started() == 2);
  host.actors.advance(3s);
  CHECK(host.transport->started() > 2);
}

TEST_CASE("a host that limits requests per second is sent none in the place of another") {
  http_host host{{1, 1}};
  host.ask("a");
  host.ask("b");
  host.complete(0, 200);
  CHECK(host.transport->started() == 1);
  host.actors.run();
  CHECK(host.transport->started() == 1);
  host.actors.advance(2s);
  CHECK(host.transport->started() == 2);
}

TEST_CASE("a request does not take the place of one for another identity") {
  http_host host{two_slots};
  host.ask("a");
  host.ask("b");
  http_request other;
  other.key = key_of("other", managed_identity::client_id("id"));
  host.ask(other);
  host.ask("c");
  REQUIRE(host.transport->started() == 3);
  host.complete(2, 200);
  CHECK(host.transport->started() == 3);
  host.actors.run();
  CHECK(host.transport->started() == 3);
}

TEST_CASE("a withdrawn request takes no slot, and no other takes its slot") {
  http_host host{{1, 0}};
  host.ask_with_ticket(1, "a");
  host.ask_with_ticket(2, "b");
  host.ask_with_ticket(3, "c");
  host.tell(withdraw_request{2});
  host.complete(0, 200);
  REQUIRE(host.transport->started() == 2);
  CHECK(host.url(1) == "c");
  host.ask_with_ticket(4, "d");
  host.tell(withdraw_request{3});
  CHECK(host.transport->cancelled() == 1);
  REQUIRE(host.transport->started() == 3);
  CHECK(host.url(2) == "d");
  CHECK(in_flight(host) == 1);
}

TEST_CASE("a request that is withdrawn after it took a slot is cancelled") {
  http_host host{{1, 0}};
  host.ask_with_ticket(1, "a");
  const auto withdrawn = host.ask_with_ticket(2, "b");
  host.ask("c");
  caf_compat::anonymous_send(host.http, withdraw_request{2});
  // The actor learns of the withdrawal first.
  host.complete(0, 200);
  REQUIRE(host.transport->started() == 2);
  host.actors.run();
  CHECK(withdrawn->is_error(errc::cancelled));
  CHECK(host.transport->cancelled() == 1);
  REQUIRE(host.transport->started() == 3);
  CHECK(in_flight(host) == 1);
}

TEST_CASE("a withdrawn request takes no slot, however many wait") {
  http_host host{{1, 0}};
  host.ask("first");
  for (std::uint64_t i = 1; i <= 20; ++i) {
    host.ask_with_ticket(i, std::to_string(i).c_str());
  }
  host.tell(withdraw_request{1});
  host.tell(withdraw_request{2});
  host.complete(0, 200);
  REQUIRE(host.transport->started() == 2);
  CHECK(host.url(1) == "3");
}

TEST_CASE("a request that took a slot is not sent again when the actor admits it") {
  http_host host{two_slots};
  host.ask_with_ticket(1, "a");
  host.ask("b");
  host.ask("c");
  host.ask("d");
  caf_compat::anonymous_send(host.http, withdraw_request{1});
  // The actor has a free slot before it learns that "c" has been sent.
  host.complete(1, 200);
  host.actors.run();
  REQUIRE(host.transport->started() == 4);
  CHECK(host.url(2) == "c");
  CHECK(host.url(3) == "d");
  CHECK(in_flight(host) == 2);
}

TEST_CASE("a request that ended before its withdrawal arrives is answered with its response") {
  http_host host{{1, 0}};
  const auto withdrawn = host.ask_with_ticket(1, "a");
  host.ask("b");
  caf_compat::anonymous_send(host.http, withdraw_request{1});
  host.complete(0, 200);
  host.actors.run();
  CHECK(withdrawn->response);
  CHECK(in_flight(host) == 1);
}

TEST_CASE("when the actor ends, a request that took a slot is cancelled") {
  http_host host{{1, 0}};
  host.ask("a");
  const auto ended = host.ask("b");
  host.complete(0, 200);
  REQUIRE(host.transport->started() == 2);
  host.end();
  CHECK(ended->failure);
  CHECK(in_flight(host) == 0);
}

TEST_CASE("a request that the transport cannot send in the place of another fails") {
  http_host host{{1, 0}};
  host.ask("a");
  http_request request;
  request.url = "http://host/throw";
  request.key = key_of("b");
  const auto failed = host.ask(request);
  const auto next = host.ask("c");
  host.respond(0, 200);
  CHECK(failed->is_error(errc::unreachable));
  host.actors.advance(1s);
  REQUIRE(host.transport->started() == 2);
  host.respond(1, 200);
  CHECK(next->response);
}

TEST_CASE("in any order of events, no more are in flight than allowed, and each is answered") {
  rc::check([] {
    const auto slots = *rc::gen::inRange<std::size_t>(1, 6);
    http_host host{{slots, 0}};
    std::vector<shared_reply> replies;
    const auto steps =
        *rc::gen::container<std::vector<std::uint32_t>>(60, rc::gen::arbitrary<std::uint32_t>());
    for (const auto step : steps) {
      const auto started = host.transport->started();
      const auto which = started == 0 ? 0 : step / 8 % started;
      switch (step % 8) {
        case 0:
        case 1: {
          http_request request;
          request.key = key_of(std::to_string(replies.size()),
                               managed_identity::client_id(std::to_string(step / 8 % 2)));
          request.ticket = replies.size() + 1;
          replies.push_back(host.ask(request, std::chrono::seconds{1 + step / 8 % 30}));
          break;
        }
        case 2:
        case 3:
        case 4:
          if (started != 0) {
            host.complete(which, step % 64 < 8 ? 404 : 200);
          }
          break;
        case 5:
          caf_compat::anonymous_send(host.http, withdraw_request{step / 8 % (replies.size() + 1)});
          break;
        case 6:
          host.actors.run();
          break;
        default:
          host.actors.advance(100ms);
          break;
      }
      RC_ASSERT(in_flight(host) <= slots);
    }
    host.actors.run();
    RC_ASSERT(host.context->budget->open(1)->in_flight() == in_flight(host));
    for (std::size_t i = 0; i < host.transport->started(); ++i) {
      host.respond(i, 200);
    }
    host.actors.advance(31s);
    RC_ASSERT(host.context->budget->open(1)->in_flight() == 0U);
    RC_ASSERT(std::ranges::none_of(replies, [](const auto& each) { return each->empty(); }));
  });
}

TEST_CASE("a caller does not wait for refreshes that were chosen before it came") {
  http_host host{{1, 0}};
  host.ask("first");
  for (int i = 0; i < 20; ++i) {
    http_request refresh{.url = "refresh"};
    refresh.purpose = request_purpose::refresh;
    host.ask(std::move(refresh));
  }
  host.ask("caller");
  host.complete(0, 200);
  REQUIRE(host.transport->started() == 2);
  CHECK(host.url(1) == "caller");
}
