#include "simulator/faults/random_sequence.hpp"

#include "simulator/faults/latency_distribution.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <set>
#include <vector>

using namespace midas::internal::simulator;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

std::vector<nanoseconds> draw(const latency_distribution& distribution, std::uint64_t count) {
  std::vector<nanoseconds> drawn;
  for (std::uint64_t i = 0; i < count; ++i) {
    random_sequence draws(7, 0, i);
    drawn.push_back(draw_latency(distribution, draws));
  }
  std::sort(drawn.begin(), drawn.end());
  return drawn;
}

}  // namespace

TEST_CASE(
    "a random sequence repeats for the same seed, rule and request, and differs for any other") {
  const auto first = [](std::uint64_t seed, std::uint64_t rule, std::uint64_t request) {
    return random_sequence(seed, rule, request).next();
  };
  CHECK(first(1, 2, 3) == first(1, 2, 3));
  const std::set<double> others{first(1, 2, 3), first(2, 2, 3), first(1, 3, 3),
                                first(1, 2, 4), first(3, 2, 1), first(2, 1, 3)};
  CHECK(others.size() == 6);
  random_sequence draws(1, 2, 3);
  CHECK(draws.next() == first(1, 2, 3));
  CHECK(draws.next() != first(1, 2, 3));
}

TEST_CASE("a random sequence is uniform from 0 to 1") {
  std::vector<int> tenths(10);
  for (std::uint64_t i = 0; i < 100'000; ++i) {
    const double drawn = random_sequence(42, 0, i).next();
    REQUIRE(drawn >= 0);
    REQUIRE(drawn < 1);
    ++tenths[static_cast<std::size_t>(drawn * 10)];
  }
  for (const auto count : tenths) {
    // Eight standard deviations.
    CHECK(std::abs(count - 10'000) < 760);
  }
}

TEST_CASE("a drawn seed is not zero and changes") {
  CHECK(draw_seed() != 0);
  CHECK(draw_seed() != draw_seed());
}

TEST_CASE("a fixed latency does not vary") { CHECK(draw(fixed_latency{50ms}, 1).front() == 50ms); }

TEST_CASE("a uniform latency is evenly distributed between its limits") {
  const auto drawn = draw(uniform_latency{10ms, 30ms}, 10'000);
  CHECK(drawn.front() >= 10ms);
  CHECK(drawn.front() < 11ms);
  CHECK(drawn.back() <= 30ms);
  CHECK(drawn.back() > 29ms);
  CHECK(drawn[5'000] > 19ms);
  CHECK(drawn[5'000] < 21ms);
  CHECK(draw(uniform_latency{5ms, 5ms}, 1).front() == 5ms);
}

TEST_CASE("a lognormal latency has the given median and 99th percentile") {
  const auto drawn = draw(lognormal_latency{20ms, 200ms}, 100'000);
  CHECK(drawn.front() > 0ns);
  CHECK(drawn[50'000] > 19ms);
  CHECK(drawn[50'000] < 21ms);
  CHECK(drawn[99'000] > 180ms);
  CHECK(drawn[99'000] < 220ms);
  CHECK(draw(lognormal_latency{5ms, 5ms}, 1).front() == 5ms);
}

TEST_CASE("a latency is at most a day") {
  CHECK(draw(lognormal_latency{1ns, 24h}, 100'000).back() == 24h);
}
