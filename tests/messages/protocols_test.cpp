#include "messages/protocols.hpp"

#include "messages/make_error.hpp"
#include "tests/support/catch.hpp"

using namespace std::chrono_literals;
using namespace midas;
using namespace midas::internal;

TEST_CASE("the message types are registered once, and stay registered") {
  init_global_meta_objects();
  CHECK(are_messages_registered());
  init_global_meta_objects();
  CHECK(are_messages_registered());
}

TEST_CASE("the error of a request that is not admitted differs from all others") {
  init_global_meta_objects();
  const auto refused = to_not_admitted(to_caf_error(not_admitted{1'500us}));
  REQUIRE(refused);
  CHECK(refused->wait == 1'500us);
  CHECK_FALSE(to_not_admitted(to_caf_error(make_error(errc::deadline_exceeded, "too late"))));
  CHECK_FALSE(to_not_admitted(caf::make_error(caf::sec::request_timeout)));
}

TEST_CASE("callers of a request that is not admitted receive the reason and the wait") {
  const auto failure = error_of({1'500us, make_error(errc::host_busy, "too many", "Wait")});
  CHECK(failure.code == errc::host_busy);
  CHECK(failure.message == "too many");
  CHECK(failure.advice == "Wait");
  CHECK(failure.retry_after == 2ms);
  auto known = failure;
  known.retry_after = 3s;
  CHECK(error_of({1'500us, known}).retry_after == 3s);
}

TEST_CASE("a midas error survives being an actor's answer") {
  init_global_meta_objects();
  auto failure = make_error(errc::throttled, "too many", "Wait");
  failure.http_status = 429;
  const auto received = to_error(to_caf_error(failure));
  CHECK(received.code == errc::throttled);
  CHECK(received.message == "too many");
  CHECK(received.advice == "Wait");
  CHECK(received.http_status == 429);
}

TEST_CASE("errors of CAF become the nearest errors of midas") {
  init_global_meta_objects();
  CHECK(to_error(caf::make_error(caf::sec::request_timeout)).code == errc::deadline_exceeded);
  CHECK(to_error(caf::make_error(caf::sec::request_receiver_down)).code == errc::actor_terminated);
  CHECK(end_error(caf::exit_reason::user_shutdown).code == errc::shutting_down);
  CHECK(end_error(caf::exit_reason::kill).code == errc::actor_terminated);
}

TEST_CASE("a message is shown by its name and its key") {
  const auto key = std::make_shared<acquisition_key>(acquisition_key{{{}, "r"}, "{}"});
  CHECK(to_string(idle_report{key, 3}) ==
        "idle_report(r for system-assigned, with claims, received=3)");
  CHECK(to_string(deadline_set{key, {}}) == "deadline_set(r for system-assigned, with claims)");
  CHECK(to_string(refresh_planned{}) == "refresh_planned");
  CHECK(to_string(refresh_overdue{{{}, "r"}}) == "refresh_overdue(r for system-assigned)");
  CHECK(to_string(not_admitted{1'500us}) == "not_admitted(for 2 ms)");
  CHECK(to_string(withdraw_request{7}) == "withdraw_request(ticket 7)");
  CHECK(to_string(hasten_request{7, {}}) == "hasten_request(ticket 7)");
  CHECK(to_string(unusable_answer{}) == "unusable_answer");
  CHECK(to_string(drain_done{}) == "drain_done");
}
