#include "simulator/faults/fault_player.hpp"

#include "tests/support/catch.hpp"

using namespace midas::internal::simulator;
using namespace std::chrono_literals;
using step = fault_step::kind;

TEST_CASE("a hanging answer and a reset before the answer write nothing") {
  fault_player player;
  CHECK(player.start({.kind = wire_fault_kind::hang}, 0) == fault_step{.what = step::hang});
  CHECK(player.is_endless());
  CHECK(player.start({.kind = wire_fault_kind::reset_before}, 0) ==
        fault_step{.what = step::reset});
  CHECK_FALSE(player.is_endless());
}

TEST_CASE("a reset within or after the headers follows when its bytes are written") {
  for (const auto fault :
       {wire_fault_kind::reset_within_headers, wire_fault_kind::reset_after_headers}) {
    fault_player player;
    CHECK(player.start({.kind = fault}, 50) == fault_step{.what = step::write, .bytes = 50});
    CHECK(player.written(0) == fault_step{.what = step::reset});
  }
}

TEST_CASE("a truncated body and garbage complete the answer and finish") {
  for (const auto fault : {wire_fault_kind::truncate_body, wire_fault_kind::garbage}) {
    fault_player player;
    CHECK(player.start({.kind = fault}, 50) ==
          fault_step{.what = step::write, .bytes = 50, .completes_answer = true});
    CHECK(player.written(0) == fault_step{.what = step::finish});
  }
}

TEST_CASE("a slow drip writes pieces with pauses between them") {
  fault_player player;
  CHECK(player.start({.kind = wire_fault_kind::slow_drip, .bytes = 4, .every = 10ms}, 9) ==
        fault_step{.what = step::write, .bytes = 4});
  CHECK_FALSE(player.is_pausing());
  CHECK(player.written(5) == fault_step{.what = step::pause, .pause = 10ms});
  CHECK(player.is_pausing());
  CHECK(player.paused(5) == fault_step{.what = step::write, .bytes = 4});
  CHECK_FALSE(player.is_pausing());
  CHECK(player.written(1) == fault_step{.what = step::pause, .pause = 10ms});
  CHECK(player.paused(1) == fault_step{.what = step::write, .bytes = 1, .completes_answer = true});
  CHECK(player.written(0) == fault_step{.what = step::finish});
  CHECK_FALSE(player.is_pausing());
  CHECK_FALSE(player.is_endless());
}

TEST_CASE("an endless body continues with filler") {
  fault_player player;
  CHECK(player.start({.kind = wire_fault_kind::endless_body}, 50) ==
        fault_step{.what = step::write, .bytes = 50});
  CHECK(player.written(0) == fault_step{.what = step::write_filler});
  CHECK(player.written(0) == fault_step{.what = step::write_filler});
  CHECK(player.is_endless());
}

TEST_CASE("a player that starts a new fault forgets the previous one") {
  fault_player player;
  (void)player.start({.kind = wire_fault_kind::slow_drip, .bytes = 1, .every = 1ms}, 9);
  (void)player.written(8);
  CHECK(player.is_pausing());
  (void)player.start({.kind = wire_fault_kind::garbage}, 9);
  CHECK_FALSE(player.is_pausing());
}
