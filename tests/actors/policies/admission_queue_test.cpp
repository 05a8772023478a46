#include "actors/policies/admission_queue.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace std::chrono_literals;
using midas::internal::rate_window;

namespace {

using queue = midas::internal::admission_queue<std::string>;
const queue::time_point start{1'000s};

}  // namespace

TEST_CASE("requests are admitted in the order of their deadlines") {
  queue requests{{10, 10}};
  CHECK(requests.next_admission(start) == queue::time_point::max());
  requests.add(start + 30s, "late");
  requests.add(start + 10s, "early");
  requests.add(start + 20s, "middle");
  for (const auto* expected : {"early", "middle", "late"}) {
    REQUIRE(requests.next_admission(start) == start);
    CHECK(requests.admit(start) == expected);
  }
  CHECK(requests.next_admission(start) == queue::time_point::max());
}

TEST_CASE("a request beyond the limits is admitted when they allow it") {
  queue requests{{1, 10}};
  requests.add(start + 10s, "first");
  requests.add(start + 20s, "second");
  CHECK(requests.admit(start) == "first");
  CHECK(requests.next_admission(start) == queue::time_point::max());
  requests.limit().end();
  CHECK(requests.next_admission(start) == start);
}

TEST_CASE("the wait of a request that would be admitted too late is known in advance") {
  queue requests{{10, 1}};
  requests.add(start + 10s, "first");
  CHECK(requests.admit(start) == "first");
  CHECK_FALSE(requests.wait_beyond(start + rate_window, start));
  CHECK(requests.wait_beyond(start + rate_window - 1ms, start) == rate_window);
  requests.add(start + 5s, "second");
  // Only requests with an earlier or equal deadline are ahead.
  CHECK_FALSE(requests.wait_beyond(start + rate_window, start));
  CHECK(requests.wait_beyond(start + 5s, start) == std::nullopt);
}

TEST_CASE("requests that others have delayed beyond their deadline are taken, each with its wait") {
  queue requests{{10, 1}};
  requests.add(start + 10s, "first");
  CHECK(requests.admit(start) == "first");
  requests.add(start + 1'500ms, "second");
  CHECK(requests.take_late(start).empty());
  requests.add(start + 1'200ms, "third");
  requests.add(start + 10s, "fourth");
  const auto late = requests.take_late(start);
  REQUIRE(late.size() == 1);
  CHECK(late[0].request == "second");
  CHECK(late[0].wait == 2 * rate_window);
  CHECK(requests.take_all().size() == 2);
  CHECK(requests.take_all().empty());
}
