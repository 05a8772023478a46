#include "messages/make_error.hpp"
#include "tests/support/catch.hpp"
#include "tools/load/phase.hpp"

#include <future>

using namespace std::chrono_literals;
using midas::errc;
using midas::internal::fail;
using midas::internal::tools::arrival_pacer;
using midas::internal::tools::arrival_schedule;
using midas::internal::tools::caller_turn;
using midas::internal::tools::is_missed;
using midas::internal::tools::phase;

TEST_CASE("a phase without a duration ends when each caller has made one request") {
  phase now{2, 0s};
  now.begin();
  CHECK_FALSE(now.answered(caller_turn::now(), midas::access_token{}));
  CHECK_FALSE(now.answered(caller_turn::now(), fail(errc::throttled, "too many")));
  now.wait();
  CHECK(now.tokens() == 1);
  CHECK(now.errors() == 1);
  CHECK(now.first_error()->code == errc::throttled);
}

TEST_CASE("a phase with a duration lets callers repeat their requests until it is over") {
  phase now{1, 1h};
  now.begin();
  CHECK(now.answered(caller_turn::now(), midas::access_token{}));
  CHECK(now.tokens() == 1);
  now.stop();
  CHECK_FALSE(now.answered(caller_turn::now(), midas::access_token{}));
  CHECK(now.wait_for(0s));
}

TEST_CASE("a phase that was stopped before it began is over at once") {
  phase now{1, 1h};
  now.stop();
  now.begin();
  CHECK_FALSE(now.answered(caller_turn::now(), midas::access_token{}));
}

TEST_CASE("failures are recorded by kind, apart from the tokens") {
  phase now{1, 1h};
  now.begin();
  CHECK(now.answered(caller_turn::now(), fail(errc::throttled, "a")));
  CHECK(now.answered(caller_turn::now(), fail(errc::throttled, "b")));
  CHECK(now.answered(caller_turn::now(), fail(errc::unreachable, "c")));
  CHECK(now.latencies().empty());
  const auto failures = now.failures();
  REQUIRE(failures.size() == 2);
  CHECK(failures.at(errc::throttled).count() == 2);
  CHECK(failures.at(errc::unreachable).count() == 1);
}

TEST_CASE("a phase ends at an error that every request would have") {
  phase now{2, 1h};
  now.begin();
  CHECK_FALSE(now.answered(caller_turn::now(), fail(errc::invalid_resource, "no")));
  CHECK(now.errors() == 1);
}

TEST_CASE("requests that the service of a stopped phase did not answer are not errors") {
  phase now{2, 1h};
  now.begin();
  now.stop();
  CHECK_FALSE(now.answered(caller_turn::now(), fail(errc::shutting_down, "stop")));
  CHECK(now.errors() == 0);
  CHECK_FALSE(now.answered(caller_turn::now(), fail(errc::throttled, "host")));
  CHECK(now.errors() == 1);
}

TEST_CASE("the latency of a request counts from the time for which it was scheduled") {
  phase now{1, arrival_schedule{{{1h, 1, 1}}}};
  now.begin();
  auto late = caller_turn::now(phase::clock::now() - 10s);
  CHECK(is_missed(late));
  CHECK(now.answered(late, midas::access_token{}));
  CHECK(now.latencies().maximum() >= 10s);
  CHECK(now.service_times().maximum() < 10s);
  CHECK(now.missed() == 1);
  CHECK(now.answered(late, fail(errc::throttled, "too many")));
  CHECK(now.failures().at(errc::throttled).maximum() >= 10s);
  CHECK(now.missed() == 2);
  now.finish_caller();
  now.wait();
}

TEST_CASE("a request is missed if it begins more than a millisecond late") {
  const phase::clock::time_point time{1h};
  CHECK_FALSE(is_missed({time, time}));
  CHECK_FALSE(is_missed({time, time + 1ms}));
  CHECK(is_missed({time, time + 1ms + 1ns}));
}

TEST_CASE("a turn whose time has passed is now, and each request has one turn") {
  arrival_pacer pacer{arrival_schedule{{{2s, 1, 1}}}};
  const auto begin = phase::clock::now() - 10s;
  pacer.start(begin);
  std::vector<std::optional<phase::clock::time_point>> turns;
  for (int i = 0; i < 3; ++i) {
    pacer.take_turn([&turns](auto time) { turns.push_back(time); });
  }
  REQUIRE(turns.size() == 3);
  CHECK(turns[0] == begin);
  CHECK(turns[1] == begin + 1s);
  CHECK(turns[2] == std::nullopt);
  CHECK(pacer.wait_for_turn() == std::nullopt);
}

TEST_CASE("a caller that waits for its turn gets it at its time") {
  arrival_pacer pacer{arrival_schedule{{{1s, 100, 100}}}};
  const auto begin = phase::clock::now() + 5ms;
  pacer.start(begin);
  std::promise<std::optional<phase::clock::time_point>> first;
  pacer.take_turn([&first](auto time) { first.set_value(time); });
  CHECK(first.get_future().get() == begin);
  CHECK(phase::clock::now() >= begin);
  CHECK(pacer.wait_for_turn() == begin + 10ms);
  CHECK(phase::clock::now() >= begin + 10ms);
}

TEST_CASE("a pacer that stops tells the callers that wait") {
  std::promise<std::optional<phase::clock::time_point>> turn;
  arrival_pacer pacer{arrival_schedule{{{2h, 1, 1}}}};
  pacer.start(phase::clock::now() + 1h);
  pacer.take_turn([&turn](auto time) { turn.set_value(time); });
  auto blocked = std::async(std::launch::async, [&pacer] { return pacer.wait_for_turn(); });
  pacer.stop();
  CHECK(turn.get_future().get() == std::nullopt);
  CHECK(blocked.get() == std::nullopt);
  CHECK(pacer.wait_for_turn() == std::nullopt);
}
