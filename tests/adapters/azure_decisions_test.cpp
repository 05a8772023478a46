// What the credential for the Azure SDK decides, tested without azure-core.
#include "tests/support/catch.hpp"
#include <midas/detail/azure_decisions.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <ratio>
#include <string>
#include <vector>

namespace midas::detail {
namespace {

using namespace std::chrono_literals;

// The resolution of Azure::DateTime.
using ticks = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;
using date_time = std::chrono::time_point<std::chrono::system_clock, ticks>;
constexpr date_time now{std::chrono::hours{2'026 * 8'766}};

TEST_CASE("a request for the Azure SDK has one scope, however often it is repeated") {
  const std::string storage = "https://storage.azure.com/.default";
  const std::vector<std::string> one{storage};
  const std::vector<std::string> repeated{storage, storage, storage};
  CHECK(sole_scope(one) == &one.front());
  CHECK(sole_scope(repeated) == &repeated.front());
  CHECK(sole_scope({}) == nullptr);
  CHECK(sole_scope({storage, "https://vault.azure.net/.default"}) == nullptr);
  CHECK(sole_scope({storage, storage, "https://storage.azure.com"}) == nullptr);
}

TEST_CASE("an error about scopes says how many there are and what to do") {
  const auto none = scopes_error({});
  CHECK(none.code == errc::invalid_resource);
  CHECK(exception_text(none) ==
        "midas: invalid_resource: the request has no scope. Set TokenRequestContext::Scopes to one "
        "scope, e.g. https://storage.azure.com/.default");
  CHECK(exception_text(scopes_error({"a", "b", "a"})) ==
        "midas: invalid_resource: the request has 3 scopes that differ, and a token is for one "
        "resource. Request one token for each scope");
}

TEST_CASE("the nearer of the deadline and the timeout of the credential applies") {
  CHECK(time_until(now + 5s, now, 30s) == 5s);
  CHECK(time_until(now + 30s, now, 30s) == 30s);
  CHECK(time_until(now + 31s, now, 30s) == 30s);
  CHECK(time_until(now + ticks{1}, now, 30s) == 100ns);
  CHECK(time_until(now + ticks{1}, now, 150ns) == 100ns);
  CHECK(time_until(now + ticks{2}, now, 150ns) == 150ns);
}

TEST_CASE("no time is left from a deadline on") {
  CHECK(time_until(now, now, 30s) == 0ns);
  CHECK(time_until(now - ticks{1}, now, 30s) == 0ns);
  // That of a context that was cancelled.
  CHECK(time_until(date_time::min(), now, 30s) == 0ns);
}

TEST_CASE("a deadline that is further away than nanoseconds count leaves the timeout") {
  CHECK(time_until(date_time::max(), now, 30s) == 30s);
  CHECK(time_until(date_time::max(), now, std::chrono::nanoseconds::max()) ==
        std::chrono::nanoseconds::max());
  // 400 years.
  CHECK(time_until(now + std::chrono::hours{400 * 8'766}, now, 30s) == 30s);
}

TEST_CASE("a token lasts if more than the minimum is left") {
  const std::chrono::sys_seconds noon{1'800'000'000s};
  CHECK(lasts(noon + 121s, noon, ticks{2min}));
  CHECK_FALSE(lasts(noon + 120s, noon, ticks{2min}));
  CHECK(lasts(noon + 121s, noon, ticks{121s} - ticks{1}));
  CHECK(lasts(noon + 1s, noon, ticks{0}));
  CHECK_FALSE(lasts(noon, noon, ticks{0}));
  CHECK(lasts(noon, noon, ticks{-1s}));
}

TEST_CASE("no token lasts for the longest duration") {
  const std::chrono::sys_seconds noon{1'800'000'000s};
  // Until the year 9999.
  const std::chrono::sys_seconds end{253'402'300'799s};
  CHECK_FALSE(lasts(end, noon, ticks::max()));
  CHECK(lasts(end, noon, ticks{24h}));
}

TEST_CASE("a pause between refreshes lasts for 30 seconds, and concerns one token") {
  refresh_pauses pauses;
  const std::chrono::steady_clock::time_point start{100h};
  CHECK_FALSE(pauses.contains(7, start));
  pauses.begin(7, start);
  CHECK(pauses.contains(7, start));
  CHECK(pauses.contains(7, start + 30s - 1ns));
  CHECK_FALSE(pauses.contains(7, start + 30s));
  CHECK_FALSE(pauses.contains(8, start));
}

}  // namespace
}  // namespace midas::detail
