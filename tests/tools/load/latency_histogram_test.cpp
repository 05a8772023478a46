#include "tools/load/latency_histogram.hpp"

#include "tests/support/catch.hpp"
#include "tools/load/latency_recorder.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using midas::internal::tools::latency_buckets;
using midas::internal::tools::latency_histogram;
using midas::internal::tools::latency_recorder;

namespace {

bool is_near(std::chrono::nanoseconds value, std::chrono::nanoseconds expected) {
  return value >= expected && (value - expected).count() <= expected.count() / 128;
}

}  // namespace

TEST_CASE("the buckets follow each other without a gap, up to hours") {
  CHECK(latency_buckets::index_of(-1ns) == 0);
  CHECK(latency_buckets::lower(0) == 0ns);
  CHECK(latency_buckets::index_of(std::chrono::nanoseconds::max()) == latency_buckets::count - 1);
  CHECK(latency_buckets::lower(latency_buckets::count) > 9h);
  for (std::size_t i = 0; i < latency_buckets::count; ++i) {
    const auto lower = latency_buckets::lower(i);
    const auto end = latency_buckets::lower(i + 1);
    REQUIRE(lower < end);
    REQUIRE(latency_buckets::index_of(lower) == i);
    REQUIRE(latency_buckets::index_of(end - 1ns) == i);
    REQUIRE((end - lower - 1ns).count() * 128 <= lower.count());
  }
}

TEST_CASE("percentiles are at most 0.8 percent too high, and the mean and the maximum exact") {
  latency_histogram recorded;
  for (int i = 1; i <= 10'000; ++i) {
    recorded.record(i * 1us);
  }
  CHECK(recorded.count() == 10'000);
  CHECK(is_near(recorded.percentile(50), 5'000us));
  CHECK(is_near(recorded.percentile(99), 9'900us));
  CHECK(is_near(recorded.percentile(99.9), 9'990us));
  CHECK(is_near(recorded.percentile(99.99), 9'999us));
  CHECK(recorded.percentile(100) == 10'000us);
  CHECK(recorded.maximum() == 10'000us);
  CHECK(recorded.mean() == 5'000'500ns);
  CHECK(is_near(recorded.standard_deviation() + 10us, 2'886'751ns));
}

TEST_CASE("any percentile is that of the sorted latencies but for the width of a bucket") {
  CHECK(rc::check("percentile", [](const std::vector<std::uint32_t>& given) {
    RC_PRE(!given.empty());
    const auto percent = *rc::gen::inRange(1, 101);
    latency_histogram recorded;
    for (const auto latency : given) {
      recorded.record(std::chrono::nanoseconds{latency});
    }
    auto sorted = given;
    std::ranges::sort(sorted);
    const auto rank = (sorted.size() * static_cast<std::size_t>(percent) + 99) / 100;
    RC_ASSERT(is_near(recorded.percentile(percent), std::chrono::nanoseconds{sorted[rank - 1]}));
  }));
}

TEST_CASE("an empty histogram has no latencies") {
  const latency_histogram empty;
  CHECK(empty.empty());
  CHECK(empty.percentile(99) == 0ns);
  CHECK(empty.maximum() == 0ns);
  CHECK(empty.mean() == 0ns);
  CHECK(empty.standard_deviation() == 0ns);
  CHECK(empty.buckets().empty());
}

TEST_CASE("latencies outside the range of the buckets count") {
  latency_histogram recorded;
  recorded.record(0ns);
  recorded.record(48h);
  CHECK(recorded.count() == 2);
  CHECK(recorded.maximum() == 48h);
  CHECK(recorded.percentile(100) <= 48h);
}

TEST_CASE("histograms add up") {
  latency_histogram sum;
  sum.add({});
  CHECK(sum.empty());
  latency_histogram other;
  other.record(1ms);
  other.record(200ns);
  sum.record(5ms);
  sum.add(other);
  CHECK(sum.count() == 3);
  CHECK(sum.maximum() == 5ms);
  CHECK(sum.mean() == (5ms + 1ms + 200ns) / 3);
  const auto buckets = sum.buckets();
  REQUIRE(buckets.size() == 3);
  CHECK(buckets.front() == latency_histogram::bucket{200ns, 201ns, 1});
  CHECK(buckets.back().lower <= 5ms);
  CHECK(buckets.back().upper > 5ms);
}

TEST_CASE("a histogram since an earlier copy has only what was recorded later") {
  latency_histogram recorded;
  recorded.record(1s);
  const auto before = recorded;
  CHECK(recorded.since(before).empty());
  recorded.record(3ms);
  recorded.record(3ms);
  const auto later = recorded.since(before);
  CHECK(later.count() == 2);
  CHECK(is_near(later.maximum(), 3ms));
  CHECK(later.mean() == 3ms);
  CHECK(recorded.since({}).count() == 3);
}

TEST_CASE("the latencies of several threads add up") {
  latency_recorder recorder;
  {
    std::vector<std::jthread> threads;
    for (int t = 1; t <= 4; ++t) {
      threads.emplace_back([&recorder, t] {
        for (int i = 0; i < 1'000; ++i) {
          recorder.record(t * 1ms);
        }
      });
    }
  }
  CHECK(recorder.count() == 4'000);
  const auto recorded = recorder.recorded();
  CHECK(recorded.count() == 4'000);
  CHECK(recorded.maximum() == 4ms);
  CHECK(recorded.mean() == 2'500us);
}
