#include "messages/make_error.hpp"
#include "tests/support/catch.hpp"
#include "tools/load/latency_recorder.hpp"
#include "tools/load/phase.hpp"

#include <thread>
#include <vector>

using namespace std::chrono_literals;
using midas::internal::tools::latency_recorder;
using midas::internal::tools::phase;

TEST_CASE("percentiles are accurate to one percent and the maximum is exact") {
  latency_recorder recorder;
  for (int i = 1; i <= 10'000; ++i) {
    recorder.record(i * 1us);
  }
  const auto near = [](std::chrono::nanoseconds value, std::chrono::nanoseconds expected) {
    return std::abs((value - expected).count()) <= expected.count() / 99;
  };
  CHECK(recorder.count() == 10'000);
  CHECK(near(recorder.percentile(0.5), 5'000us));
  CHECK(near(recorder.percentile(0.99), 9'900us));
  CHECK(near(recorder.percentile(0.999), 9'990us));
  CHECK(recorder.percentile(1) == 10'000us);
  CHECK(recorder.maximum() == 10'000us);
}

TEST_CASE("an empty recorder returns zero") {
  const latency_recorder recorder;
  CHECK(recorder.count() == 0);
  CHECK(recorder.percentile(0.99) == 0ns);
  CHECK(recorder.maximum() == 0ns);
}

TEST_CASE("latencies outside the range of the histogram count") {
  latency_recorder recorder;
  recorder.record(0ns);
  recorder.record(2h);
  CHECK(recorder.count() == 2);
  CHECK(recorder.maximum() == 2h);
}

TEST_CASE("latencies of several threads and recorders add up") {
  latency_recorder sum;
  latency_recorder recorder;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&recorder] {
        for (int i = 0; i < 1'000; ++i) {
          recorder.record(1ms);
        }
      });
    }
  }
  sum.record(5ms);
  sum.add(recorder);
  CHECK(recorder.count() == 4'000);
  CHECK(sum.count() == 4'001);
  CHECK(sum.maximum() == 5ms);
}

TEST_CASE("a phase without a duration ends when each caller has made one request") {
  phase now{2, 0s};
  now.begin();
  const auto requested_at = phase::clock::now();
  CHECK_FALSE(now.answered(requested_at, midas::access_token{}));
  CHECK_FALSE(
      now.answered(requested_at, midas::internal::fail(midas::errc::throttled, "too many")));
  now.wait();
  CHECK(now.tokens() == 1);
  CHECK(now.errors() == 1);
  CHECK(now.first_error()->code == midas::errc::throttled);
}

TEST_CASE("a phase with a duration lets callers repeat their requests until it is over") {
  phase now{1, 1h};
  now.begin();
  CHECK(now.answered(phase::clock::now(), midas::access_token{}));
  CHECK(now.tokens() == 1);
}
