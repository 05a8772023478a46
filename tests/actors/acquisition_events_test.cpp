// What observers learn of an acquisition: the requests that join it, what it waits for, and each of
// its exchanges.
#include "tests/support/catch.hpp"
#include "tests/support/virtual_actors.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

// Records the events of actors.
class event_record {
 public:
  explicit event_record(const virtual_actors& actors) : observers_(actors.context->observers) {
    id_ = observers_->add([this](const token_event& event) { all_.push_back(event); });
  }
  event_record(const event_record&) = delete;
  event_record& operator=(const event_record&) = delete;
  ~event_record() { observers_->remove(id_); }

  template <class Event>
  [[nodiscard]] std::vector<Event> of() const {
    std::vector<Event> result;
    for (const auto& each : all_) {
      if (const auto* event = std::get_if<Event>(&each)) {
        result.push_back(*event);
      }
    }
    return result;
  }

 private:
  std::shared_ptr<observers> observers_;
  std::uint64_t id_ = 0;
  std::vector<token_event> all_;
};

// When the reports came, and what they said.
std::vector<std::pair<std::chrono::nanoseconds, wait_reason>> waits(const event_record& events) {
  std::vector<std::pair<std::chrono::nanoseconds, wait_reason>> result;
  for (const auto& each : events.of<acquisition_waiting>()) {
    result.emplace_back(each.elapsed, each.waits_for);
  }
  return result;
}

using expected_waits = std::vector<std::pair<std::chrono::nanoseconds, wait_reason>>;

}  // namespace

TEST_CASE("requests that join are counted, not reported one by one") {
  virtual_actors actors;
  const event_record events{actors};
  for (int i = 0; i < 300; ++i) {
    actors.ask("r");
  }
  actors.advance(1s);
  const auto waiting = events.of<acquisition_waiting>();
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].key.resource == "r");
  CHECK(waiting[0].waiters == 300);
  CHECK(waiting[0].joined == 299);
  actors.grant(0);
  const auto succeeded = events.of<acquisition_succeeded>();
  REQUIRE(succeeded.size() == 1);
  CHECK(succeeded[0].answered == 300);
  CHECK(succeeded[0].joined == 299);
  CHECK(actors.context->counters->coalesced == 299);
}

TEST_CASE("the requests that join are counted anew for each acquisition") {
  virtual_actors actors;
  const event_record events{actors};
  actors.ask("r");
  actors.ask("r");
  actors.refuse(0);
  actors.advance(6s);
  actors.ask("r");
  actors.refuse(1);
  const auto failed = events.of<acquisition_failed>();
  REQUIRE(failed.size() == 2);
  CHECK(failed[0].joined == 1);
  CHECK(failed[1].joined == 0);
}

TEST_CASE("while a host hangs, observers get an event after growing pauses") {
  virtual_actors actors;
  const event_record events{actors};
  actors.ask("r", 20s);
  for (int i = 0; i < 4; ++i) {
    actors.advance(1s);
  }
  CHECK(waits(events) == expected_waits{{1s, wait_reason::answer}, {3s, wait_reason::answer}});
  actors.grant(0);
  actors.advance(60s);
  CHECK(waits(events).size() == 2);
}

TEST_CASE("events say what an acquisition waits for") {
  SECTION("a slot") {
    virtual_actors actors{{1, 0}};
    const event_record events{actors};
    actors.ask("first", 3s);
    actors.ask("second", 20s);
    actors.advance(1s);
    const auto waiting = events.of<acquisition_waiting>();
    REQUIRE(waiting.size() == 2);
    for (const auto& each : waiting) {
      CHECK(each.waits_for ==
            (each.key.resource == "first" ? wait_reason::answer : wait_reason::slot));
    }
  }
  SECTION("the pause before a retry") {
    virtual_actors actors;
    const event_record events{actors};
    actors.ask("r");
    actors.refuse(0, 503, "5");
    actors.advance(1s);
    CHECK(waits(events) == expected_waits{{1s, wait_reason::pause}});
  }
  SECTION("the pause of the host") {
    virtual_actors actors;
    const event_record events{actors};
    actors.ask("throttled");
    actors.refuse(0, 429, "10");
    actors.ask("r");
    REQUIRE(actors.transport->started() == 1);
    actors.advance(1s);
    const auto waiting = events.of<acquisition_waiting>();
    REQUIRE(waiting.size() == 2);
    CHECK(waiting[0].waits_for == wait_reason::pause);
    CHECK(waiting[1].waits_for == wait_reason::pause);
  }
}

TEST_CASE("a refresh that hangs is reported without waiters") {
  virtual_actors actors;
  const event_record events{actors};
  actors.ask("r");
  actors.grant(0, 24h);
  actors.advance(12h);
  REQUIRE(actors.transport->started() == 2);
  actors.advance(1s);
  const auto waiting = events.of<acquisition_waiting>();
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].waiters == 0);
  CHECK(waiting[0].elapsed == 1s);
}

TEST_CASE("without observers, an acquisition sets no timer for reports") {
  virtual_actors actors;
  actors.ask("r", 10s);
  std::vector<token_event> received;
  const auto id = actors.context->observers->add(
      [&received](const token_event& event) { received.push_back(event); });
  actors.advance(2s);
  actors.context->observers->remove(id);
  CHECK(received.empty());
}

TEST_CASE("the end of the service ends the reports") {
  virtual_actors actors;
  const event_record events{actors};
  actors.ask("r", 100s);
  caf_compat::send_exit(actors.cache, caf::exit_reason::user_shutdown);
  actors.fire_timers_after(1s);
  actors.run();
  CHECK(events.of<acquisition_waiting>().empty());
}

TEST_CASE("a wait that is reported after the acquisition has ended is not reported") {
  virtual_actors actors;
  const event_record events{actors};
  actors.ask("r");
  actors.transport->respond(0, 200, "T 86400");
  actors.fire_timers_after(1s);
  actors.run();
  CHECK(events.of<acquisition_succeeded>().size() == 1);
  for (const auto& each : events.of<acquisition_waiting>()) {
    CHECK(each.elapsed == 1s);
  }
}

TEST_CASE("each exchange is reported, with the number of its attempt") {
  virtual_actors actors;
  const event_record events{actors};
  actors.ask("r");
  actors.advance(200ms);
  http_response refusal;
  refusal.status = 503;
  refusal.headers.push_back({"x-ms-request-id", "5f3a-1"});
  refusal.body = "busy";
  actors.transport->complete(0, std::move(refusal));
  actors.run();
  actors.advance(1s);
  actors.transport->complete(1, fail(errc::connection_lost, "lost"));
  actors.run();
  actors.advance(2s);
  // A challenge, whose reply belongs to the same attempt.
  actors.refuse(2, 401);
  actors.grant(3);
  const auto exchanges = events.of<exchange_finished>();
  REQUIRE(exchanges.size() == 4);
  for (const auto& each : exchanges) {
    CHECK(each.key.resource == "r");
    CHECK(each.host == "127.0.0.1:1");
    CHECK(each.path == "/token");
  }
  CHECK(exchanges[0].status == 503);
  CHECK(exchanges[0].attempt == 1);
  CHECK(exchanges[0].elapsed == 200ms);
  CHECK(exchanges[0].bytes == 4);
  CHECK(exchanges[0].correlation_id == "5f3a-1");
  CHECK_FALSE(exchanges[0].failure);
  CHECK(exchanges[1].failure == errc::connection_lost);
  CHECK(exchanges[1].status == 0);
  CHECK(exchanges[1].attempt == 2);
  CHECK(exchanges[2].status == 401);
  CHECK(exchanges[2].attempt == 3);
  CHECK(exchanges[3].status == 200);
  CHECK(exchanges[3].attempt == 3);
  CHECK(exchanges[3].correlation_id.empty());
}

TEST_CASE("an exchange that is given up is reported, one that never began is not") {
  virtual_actors actors{{1, 0}};
  const event_record events{actors};
  actors.ask("first", 2s);
  actors.ask("second", 1s);
  actors.advance(1s);
  CHECK(events.of<exchange_finished>().empty());
  actors.advance(1s);
  const auto exchanges = events.of<exchange_finished>();
  REQUIRE(exchanges.size() == 1);
  CHECK(exchanges[0].key.resource == "first");
  CHECK(exchanges[0].failure == errc::cancelled);
  CHECK(exchanges[0].elapsed == 2s);
}

TEST_CASE("a refresh that fails, and one that returns the same token, are reported as such") {
  virtual_actors actors;
  std::vector<bool> refreshed;
  actors.context->observers->add([&refreshed](const token_event& event) {
    if (const auto* done = std::get_if<refresh_done>(&event)) {
      CHECK(done->key.resource == "r");
      refreshed.push_back(done->refreshed);
    }
  });
  actors.ask("r");
  actors.grant(0, 24h);
  actors.advance(12h);
  actors.refuse(1, 400);
  actors.advance(30s);
  actors.transport->respond(2, 200, "token-0 43000");
  actors.run();
  actors.advance(1min);
  actors.grant(3, 24h);
  CHECK(refreshed == std::vector<bool>{false, false, true});
}

TEST_CASE("a key that leaves memory instead of being refreshed is reported") {
  virtual_actors actors;
  std::vector<std::string> evicted;
  actors.context->observers->add([&evicted](const token_event& event) {
    if (const auto* gone = std::get_if<key_evicted>(&event)) {
      evicted.push_back(gone->key.resource);
    }
  });
  actors.ask("r");
  for (std::size_t requests = 0; requests != actors.transport->started();) {
    requests = actors.transport->started();
    actors.grant(requests - 1, 24h);
    actors.advance(12h);
  }
  CHECK(evicted == std::vector<std::string>{"r"});
}
