// How many callers an acquisition_failed event counts, in virtual time.
#include "tests/support/catch.hpp"
#include "tests/support/virtual_actors.hpp"

#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

TEST_CASE(
    "all callers that an acquisition leaves without a token are counted, whenever they fail") {
  std::optional<std::size_t> last;
  virtual_actors actors;
  actors.context->observers->add([&last](const token_event& event) {
    if (const auto* failed = std::get_if<acquisition_failed>(&event)) {
      last = failed->answered;
    }
  });
  const auto answered = [&last] {
    REQUIRE(last);
    return *std::exchange(last, std::nullopt);
  };
  SECTION("when their deadlines pass") {
    actors.ask("r", 100ms);
    actors.ask("r", 200ms);
    actors.advance(200ms);
    actors.advance(800ms);
    CHECK(answered() == 2);
  }
  SECTION("because a retry would come too late for some") {
    actors.ask("r", 500ms);
    actors.ask("r", 2s);
    actors.refuse(0, 503);
    actors.advance(1s);
    actors.refuse(1, 400);
    CHECK(answered() == 2);
  }
  SECTION("because the host's limits do not admit the request") {
    for (std::size_t i = 0; i < 3; ++i) {
      actors.ask(("other" + std::to_string(i)).c_str(), 50ms);
      actors.refuse(i, 503);
    }
    last.reset();
    actors.ask("r", 200ms);
    CHECK(answered() == 1);
  }
  SECTION("but not those of an earlier acquisition, nor any who have canceled") {
    actors.ask("r", 200ms);
    actors.refuse(0);
    CHECK(answered() == 1);
    std::stop_source stop;
    actors.advance(6s);
    actors.ask({.resource = "r"}, 5s, stop.get_token());
    stop.request_stop();
    actors.refuse(1);
    CHECK(answered() == 0);
  }
  SECTION("and none for a refresh") {
    actors.ask("r");
    actors.grant(0, 24h);
    actors.advance(12h);
    actors.refuse(1, 503);
    CHECK(answered() == 0);
  }
}
