// What the HTTP actor sends to a host that fails.
#include "tests/support/catch.hpp"
#include "tests/support/http_host.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using Catch::Matchers::Contains;

TEST_CASE("a request in flight is withdrawn: its exchange is canceled, and the next one is sent") {
  http_host host{{1, 0}};
  const auto withdrawn = host.ask_with_ticket(7, "withdrawn");
  const auto next = host.ask_with_ticket(8, "next");
  host.tell(withdraw_request{7});
  CHECK(withdrawn->is_error(errc::cancelled));
  CHECK(host.transport->cancelled() == 1);
  REQUIRE(host.transport->started() == 2);
  CHECK(host.url(1) == "next");
  // The exchange that was canceled no longer occupies a slot.
  host.ask("third");
  CHECK(host.transport->started() == 2);
  host.respond(1, 200);
  CHECK(next->response);
  CHECK(host.transport->started() == 3);
}

TEST_CASE("after three failures, whatever the keys, one request is sent after each pause") {
  http_host host{{64, 0}};
  host.break_host();
  for (int i = 0; i < 10; ++i) {
    host.ask(("r" + std::to_string(i)).c_str());
  }
  CHECK(host.transport->started() == 3);
  host.actors.advance(249ms);
  CHECK(host.transport->started() == 3);
  host.actors.advance(1ms);
  CHECK(host.transport->started() == 4);
  host.respond(3, 500);
  host.actors.advance(499ms);
  CHECK(host.transport->started() == 4);
  host.actors.advance(1ms);
  CHECK(host.transport->started() == 5);
  // The first success ends the pauses for all.
  host.respond(4, 200);
  CHECK(host.transport->started() == 13);
  CHECK(host.events == std::vector<std::string>{
                           "host_failing failures=3 pause=\"250 ms\" error=service_unavailable "
                           "status=503 message=\"the host answered with HTTP 503\"",
                           "host_failing failures=4 pause=\"500 ms\" error=service_unavailable "
                           "status=500 message=\"the host answered with HTTP 500\"",
                           "host_recovered"});
}

TEST_CASE("every status that the host's retries treat as transient is its failure") {
  const auto requests_after_four = [](int status, identity_host kind) {
    http_host host{{64, 0}, 1'000, kind};
    for (std::size_t i = 0; i < 3; ++i) {
      host.ask(("r" + std::to_string(i)).c_str());
      host.respond(i, status);
    }
    host.ask("fourth");
    return host.transport->started();
  };
  const auto status = GENERATE(404, 408, 410, 500, 503, 599);
  CAPTURE(status);
  // The fourth request waits for the end of the pause.
  CHECK(requests_after_four(status, identity_host::imds) == 3);
  const bool is_refusal = status == 404 || status == 410;
  CHECK(requests_after_four(status, identity_host::app_service) == (is_refusal ? 4 : 3));
}

TEST_CASE("a request that cannot wait for the end of the pause gets the last failure at once") {
  http_host host{{64, 0}};
  const auto waiting = host.ask("x");
  for (std::size_t i = 0; i < 3; ++i) {
    host.ask("y");
  }
  const auto patient = host.ask("w", 5s);
  for (std::size_t i = 1; i <= 3; ++i) {
    host.respond(i, 503, "4");
  }
  const auto refused = host.ask("z", 3s);
  REQUIRE(refused->refused);
  CHECK(refused->refused->wait == 4'100ms);
  const auto failure = error_of(*refused->refused);
  CHECK(failure.code == errc::service_unavailable);
  CHECK(failure.http_status == 503);
  CHECK(failure.retry_after == 4s);
  CHECK_THAT(failure.message,
             Contains("HTTP 503") && Contains("3 failures in a row") && Contains("4 s"));
  CHECK(host.ask("z", 4'100ms)->refused);
  CHECK(host.ask("z", 4'101ms)->empty());
}

TEST_CASE("requests that wait when a pause begins are refused if they cannot wait for its end") {
  http_host host{{3, 0}};
  for (const auto* id : {"1", "2", "3"}) {
    http_request request;
    request.key = key_of("r", managed_identity::client_id(id));
    host.ask(request);
  }
  const auto hasty = host.ask("hasty", 5s);
  const auto patient = host.ask("patient", 20s);
  SECTION("after a 429") {
    host.complete(0, 429, "10");
    host.complete(1, 200);
    host.respond(2, 200);
    REQUIRE(hasty->refused);
    CHECK(hasty->refused->reason.code == errc::throttled);
    CHECK(hasty->refused->reason.http_status == 429);
    CHECK(hasty->refused->reason.retry_after == 10s);
    CHECK(host.context->counters->throttled == 1);
    CHECK(host.events == std::vector<std::string>{R"(host_throttled pause="10 s")"});
  }
  SECTION("after failures") {
    host.transport->complete(0, fail(errc::unreachable, "broken"));
    host.transport->complete(1, fail(errc::connection_lost, "broken"));
    host.respond(2, 503, "10");
    REQUIRE(hasty->refused);
    CHECK(hasty->refused->reason.code == errc::service_unavailable);
    CHECK(hasty->refused->reason.retry_after == 10s);
    CHECK(host.context->counters->throttled == 0);
  }
  CHECK(patient->empty());
  const auto before = host.transport->started();
  host.actors.advance(9'999ms);
  CHECK(host.transport->started() == before);
  host.actors.advance(1ms);
  REQUIRE(host.transport->started() == before + 1);
  CHECK(host.url(before) == "patient");
}

TEST_CASE("failures of one key that the host answers do not delay other keys") {
  http_host host{{64, 0}};
  for (std::size_t i = 0; i < 10; ++i) {
    host.ask("refused");
    host.respond(i, i % 2 == 0 ? 400 : 404);
  }
  host.ask("r");
  CHECK(host.transport->started() == 11);
  CHECK(host.events.empty());
}

TEST_CASE("the failure of a request, rather than of the host, does not delay others") {
  http_host host{{64, 0}};
  const std::vector codes{errc::certificate_mismatch, errc::invalid_endpoint, errc::cancelled,
                          errc::response_too_large};
  for (std::size_t i = 0; i < 12; ++i) {
    const auto received = host.ask("r");
    host.fail_with(i, codes[i % codes.size()]);
    CHECK(received->is_error(codes[i % codes.size()]));
  }
  CHECK(host.events.empty());
}

TEST_CASE("one key that hangs does not delay others, however often it is given up") {
  http_host host{{64, 0}};
  for (std::uint64_t i = 0; i < 10; ++i) {
    host.ask_with_ticket(i + 1, "hangs");
    if (i % 2 == 0) {
      host.fail_with(i, errc::request_timeout);
    } else {
      host.actors.advance(500ms);
      host.tell(withdraw_request{i + 1});
    }
  }
  host.ask("r");
  CHECK(host.transport->started() == 11);
  CHECK(host.events.empty());
}

TEST_CASE("keys that are given up because the host hangs count as its failures") {
  http_host host{{64, 0}};
  host.ask_with_ticket(1, "a");
  host.ask_with_ticket(2, "b");
  host.ask_with_ticket(3, "c");
  SECTION("after a while") {
    host.actors.advance(250ms);
    for (std::uint64_t ticket = 1; ticket <= 3; ++ticket) {
      host.tell(withdraw_request{ticket});
    }
    CHECK(host.events == std::vector<std::string>{
                             "host_failing failures=3 pause=\"250 ms\" error=request_timeout "
                             "message=\"the host did not complete its answer within 250 ms\""});
  }
  SECTION("but not those that were withdrawn at once") {
    host.actors.advance(249ms);
    for (std::uint64_t ticket = 1; ticket <= 3; ++ticket) {
      host.tell(withdraw_request{ticket});
    }
    CHECK(host.events.empty());
  }
}

TEST_CASE("unusable answers delay all requests, as failures do") {
  http_host host{{64, 0}};
  for (std::size_t i = 0; i < 3; ++i) {
    host.ask("r");
    host.respond(i, 200);
    host.tell(unusable_answer{});
  }
  const auto refused = host.ask("r", 100ms);
  REQUIRE(refused->refused);
  CHECK(refused->refused->reason.code == errc::invalid_response);
  const auto received = host.ask("r");
  host.ask("other");
  CHECK(host.transport->started() == 3);
  host.actors.advance(250ms);
  REQUIRE(host.transport->started() == 4);
  host.respond(3, 200);
  CHECK(host.transport->started() == 4);
  host.actors.advance(100ms);
  CHECK(host.transport->started() == 5);
  host.respond(4, 200);
  CHECK(std::ranges::count(host.events, "host_recovered") == 1);
}

TEST_CASE("a request that waits is refused when unusable answers begin a pause that is too long") {
  http_host host{{1, 0}};
  for (std::size_t i = 0; i < 2; ++i) {
    host.ask("r");
    host.respond(i, 200);
    host.tell(unusable_answer{});
  }
  host.ask("a");
  host.ask("b", 50ms);
  const auto hasty = host.ask("hasty", 100ms);
  const auto patient = host.ask("patient");
  host.respond(2, 200);
  CHECK(hasty->empty());
  host.tell(unusable_answer{});
  REQUIRE(hasty->refused);
  CHECK(hasty->refused->wait == 350ms);
  CHECK(patient->empty());
}
