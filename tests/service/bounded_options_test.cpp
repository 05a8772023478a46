// The bounds of a service's options.
#include "service/bounded_options.hpp"

#include "service/transport_options.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <limits>

using namespace midas;
using namespace midas::internal;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::hours year{24 * 365};
constexpr auto max_size = std::numeric_limits<std::size_t>::max();

}  // namespace

TEST_CASE("the default options are within their bounds") {
  const token_service_options defaults;
  const auto result = bounded(defaults);
  CHECK(result.default_timeout == defaults.default_timeout);
  CHECK(result.connect_timeout == defaults.connect_timeout);
  CHECK(result.attempt_timeout == defaults.attempt_timeout);
  CHECK(result.negative_cache_ttl == defaults.negative_cache_ttl);
  CHECK(result.limits == defaults.limits);
  CHECK(result.idle_key_timeout == defaults.idle_key_timeout);
  CHECK(result.max_keys == defaults.max_keys);
  CHECK(result.actor_threads == defaults.actor_threads);
}

TEST_CASE("options that mean \"forever\" are a year") {
  token_service_options options;
  options.default_timeout = std::chrono::nanoseconds::max();
  options.connect_timeout = std::chrono::milliseconds::max();
  options.attempt_timeout = std::chrono::milliseconds::max();
  options.negative_cache_ttl = std::chrono::milliseconds::max();
  options.idle_key_timeout = std::chrono::seconds::max();
  const auto result = bounded(options);
  CHECK(result.default_timeout == year);
  CHECK(result.connect_timeout == year);
  CHECK(result.attempt_timeout == year);
  CHECK(result.negative_cache_ttl == year);
  CHECK(result.idle_key_timeout == year);
}

TEST_CASE("options below their bounds are the smallest that work") {
  token_service_options options;
  options.default_timeout = -1s;
  options.connect_timeout = 0ms;
  options.attempt_timeout = std::chrono::milliseconds::min();
  options.negative_cache_ttl = -1ms;
  options.idle_key_timeout = 0s;
  options.limits = host_limits{0, 0};
  options.max_cold_keys_per_lane = 0;
  options.max_keys = 0;
  options.actor_threads = 0;
  const auto result = bounded(options);
  CHECK(result.default_timeout == 1ns);
  CHECK(result.connect_timeout == 1ms);
  CHECK(result.attempt_timeout == 1ms);
  CHECK(result.negative_cache_ttl == 0ms);
  CHECK(result.idle_key_timeout == 1s);
  CHECK(result.limits == host_limits{1, 0});
  CHECK(result.max_cold_keys_per_lane == 1);
  CHECK(result.max_keys == 1);
  CHECK(result.actor_threads == 1);
}

TEST_CASE("a rate that no host reaches is unlimited, and threads are bounded") {
  token_service_options options;
  options.limits = host_limits{max_size, max_size};
  options.actor_threads = max_size;
  const auto result = bounded(options);
  CHECK(result.limits->max_per_second == 0);
  CHECK(result.actor_threads == 256);
}

TEST_CASE("the transport keeps a connection for each request that the limits allow in flight") {
  const auto options = transport_options({7, 0});
  CHECK(options.max_connections_per_host == 7);
  CHECK(options.max_connections_kept == 7);
}
