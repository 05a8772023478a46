#include "proxy/observation/worker_counters.hpp"

#include "tests/support/catch.hpp"

#include <chrono>

using namespace midas::internal::proxy;
using namespace std::chrono_literals;

TEST_CASE("a duration belongs to the first bucket whose bound it does not exceed") {
  CHECK(latency_bucket(0ns) == 0);
  CHECK(latency_bucket(10us) == 0);
  CHECK(latency_bucket(10us + 1ns) == 1);
  CHECK(latency_bounds[latency_bucket(5ms)] == 5ms);
  CHECK(latency_bucket(30s) == latency_bounds.size() - 1);
  CHECK(latency_bucket(31s) == latency_bounds.size());
}

TEST_CASE("the bounds of the buckets increase") {
  for (std::size_t at = 1; at < latency_bounds.size(); ++at) {
    CHECK(latency_bounds[at - 1] < latency_bounds[at]);
  }
}

TEST_CASE("the counters of all workers are added up") {
  worker_counters first;
  worker_counters second;
  first.served(token_result::hit, 20us);
  first.served(token_result::hit, 30us);
  second.served(token_result::fetched, 40ms);
  second.served(token_result::denied, -5ms);
  first.connected();
  second.connected();
  second.disconnected();
  second.rejected(rejection::too_slow);
  worker_totals sum;
  first.add_to(sum);
  second.add_to(sum);
  CHECK(sum.of(token_result::hit) == 2);
  CHECK(sum.of(token_result::fetched) == 1);
  CHECK(sum.requests() == 4);
  CHECK(sum.tokens() == 3);
  CHECK(sum.durations.count() == 4);
  CHECK(sum.durations.sum == 40ms + 50us);
  CHECK(sum.durations.buckets.at(latency_bucket(-5ms)) == 1);
  CHECK(sum.connected == 2);
  CHECK(sum.disconnected == 1);
  CHECK(sum.rejected.at(static_cast<std::size_t>(rejection::too_slow)) == 1);
}

TEST_CASE("the counters of two workers share no pair of cache lines") {
  CHECK(alignof(worker_counters) == 128);
  CHECK(sizeof(worker_counters) % 128 == 0);
}

TEST_CASE("every result and every reason of a rejection has a name") {
  for (std::size_t at = 0; at < token_result_count; ++at) {
    CHECK(to_string(static_cast<token_result>(at)) != "unknown");
  }
  CHECK(to_string(static_cast<token_result>(token_result_count)) == "unknown");
  for (std::size_t at = 0; at < rejection_count; ++at) {
    CHECK(to_string(static_cast<rejection>(at)) != "unknown");
  }
  CHECK(to_string(static_cast<rejection>(rejection_count)) == "unknown");
}
