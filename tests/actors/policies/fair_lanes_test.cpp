// The lanes of waiting requests, compared with a plain list of them.
#include "actors/policies/fair_lanes.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace fair_lanes_test {

using midas::internal::counted_prefix;
using midas::internal::fair_lanes;
using midas::internal::waiting_lane;
using midas::internal::waiting_position;

namespace {

using item = fair_lanes::item;
using request = std::pair<std::uint32_t, item>;

item item_of(int seconds, std::uint64_t id, std::size_t identity = 0) {
  return {{std::chrono::steady_clock::time_point{std::chrono::seconds{seconds}}, id}, identity};
}

// What fair_lanes should do, written without regard to speed.
class plain_lanes {
 public:
  void add(std::uint32_t lane, const item& added) {
    if (requests_of(lane).empty()) {
      turns_.push_back(lane);
    }
    requests_.emplace_back(lane, added);
  }

  void remove(const request& removed) {
    std::erase(requests_, removed);
    if (requests_of(removed.first).empty()) {
      std::erase(turns_, removed.first);
    }
  }

  void end_turn(std::uint32_t lane) {
    if (std::erase(turns_, lane) != 0) {
      turns_.push_back(lane);
    }
  }

  [[nodiscard]] std::optional<request> next(std::optional<std::size_t> blocked) const {
    for (const auto lane : turns_) {
      for (const auto& each : requests_of(lane)) {
        if (each.identity != blocked) {
          return request{lane, each};
        }
      }
    }
    return std::nullopt;
  }

  // As many requests of each lane as precede the position in its own.
  [[nodiscard]] std::size_t ahead(std::uint32_t lane, const waiting_position& position) const {
    const auto own = requests_of(lane);
    const auto before = static_cast<std::size_t>(
        std::ranges::count_if(own, [&](const item& each) { return each.position < position; }));
    std::size_t result = 0;
    for (const auto each : turns_) {
      result += std::min(before, requests_of(each).size());
    }
    return result;
  }

  [[nodiscard]] const std::vector<request>& requests() const { return requests_; }

 private:
  [[nodiscard]] std::vector<item> requests_of(std::uint32_t lane) const {
    std::vector<item> result;
    for (const auto& each : requests_) {
      if (each.first == lane) {
        result.push_back(each.second);
      }
    }
    std::ranges::sort(result, std::less<>{});
    return result;
  }

  std::vector<request> requests_;
  std::vector<std::uint32_t> turns_;
};

using ids = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("lanes do what a plain list of the requests does, whatever the order of changes") {
  std::minstd_rand random{GENERATE(1U, 2U, 3U)};
  const auto below = [&random](std::uint32_t bound) {
    return static_cast<std::uint32_t>(random() % bound);
  };
  fair_lanes lanes;
  plain_lanes expected;
  for (std::uint64_t id = 1; id <= 400; ++id) {
    // Fills for a while, then empties.
    const bool fills = id % 80 < 40;
    if (expected.requests().empty() || below(4) < (fills ? 3 : 1)) {
      const auto added = item_of(static_cast<int>(below(8)), id, below(3));
      const auto lane = below(5);
      lanes.add(lane, added);
      expected.add(lane, added);
    } else if (below(2) == 0) {
      const auto removed =
          expected.requests()[below(static_cast<std::uint32_t>(expected.requests().size()))];
      lanes.remove(removed.first, removed.second);
      expected.remove(removed);
    } else {
      const auto lane = below(5);
      lanes.end_turn(lane);
      expected.end_turn(lane);
    }
    REQUIRE(lanes.size() == expected.requests().size());
    REQUIRE(lanes.empty() == expected.requests().empty());
    for (const auto blocked : std::vector<std::optional<std::size_t>>{std::nullopt, 0, 1, 2, 3}) {
      const auto next = expected.next(blocked);
      REQUIRE(lanes.has_next(blocked) == next.has_value());
      if (next) {
        REQUIRE(lanes.next(blocked) == *next);
      }
    }
    for (std::uint32_t lane = 0; lane < 6; ++lane) {
      const auto position = item_of(static_cast<int>(below(9)), below(2) * id).position;
      REQUIRE(lanes.ahead(lane, position) == expected.ahead(lane, position));
    }
  }
}

TEST_CASE("the order of turns goes through all lanes, and lets a lane keep its turn") {
  fair_lanes lanes;
  for (std::uint64_t id = 1; id <= 4; ++id) {
    lanes.add(1, item_of(0, id));
  }
  lanes.add(2, item_of(0, 5));
  lanes.add(2, item_of(0, 6));
  lanes.add(3, item_of(0, 7));
  const auto walk = [&lanes](const ids& skipped) {
    ids result;
    fair_lanes::order order{lanes};
    while (const auto next = order.next()) {
      const auto id = next->second.position.id;
      result.push_back(id);
      if (std::ranges::find(skipped, id) != skipped.end()) {
        order.skip();
      } else {
        order.take();
      }
    }
    return result;
  };
  CHECK(walk({}) == ids{1, 5, 7, 2, 6, 3, 4});
  CHECK(walk({1}) == ids{1, 2, 5, 7, 3, 6, 4});
  CHECK(walk({5, 6}) == ids{1, 5, 6, 7, 2, 3, 4});
  CHECK(walk({7, 4}) == ids{1, 5, 7, 2, 6, 3, 4});
  // Nothing has been taken from the lanes themselves.
  CHECK(lanes.size() == 7);
}

TEST_CASE("a lane finds its first request for each identity, in whatever order they leave") {
  waiting_lane lane;
  const auto late = item_of(20, 1, 7);
  const auto early = item_of(10, 2, 7);
  const auto other = item_of(30, 3, 8);
  for (const auto& each : {late, early, other}) {
    lane.add(each);
  }
  CHECK(lane.first(std::nullopt) == early);
  CHECK(lane.first(7) == other);
  CHECK(lane.first(8) == early);
  lane.remove(late);
  CHECK(lane.size() == 2);
  CHECK(lane.first(8) == early);
  lane.remove(early);
  CHECK(lane.first(std::nullopt) == other);
  CHECK_FALSE(lane.first(8));
  CHECK(lane.rank(item_of(31, 0).position) == 1);
  lane.remove(other);
  CHECK(lane.empty());
  CHECK_FALSE(lane.first(std::nullopt));
}

TEST_CASE("sums of a prefix are right while the sequence grows and its numbers change") {
  counted_prefix sums;
  std::vector<std::size_t> numbers(70);
  CHECK(sums.sum(0) == 0);
  CHECK(sums.sum(1) == 0);
  const auto check_all = [&] {
    std::size_t sum = 0;
    for (std::size_t count = 0; count <= numbers.size(); ++count) {
      REQUIRE(sums.sum(count) == sum);
      sum += count < numbers.size() ? numbers[count] : 0;
    }
    REQUIRE(sums.sum(1'000) == sum);
  };
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = i % 7 + 1;
    sums.add(i, static_cast<std::ptrdiff_t>(numbers[i]));
    check_all();
  }
  for (std::size_t i = 0; i < numbers.size(); i += 3) {
    --numbers[i];
    sums.add(i, -1);
    check_all();
  }
}

}  // namespace fair_lanes_test
