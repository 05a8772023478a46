// How long a token lives if the answer states it twice, or if a clock is wrong.
#include "tests/support/catch.hpp"
#include "transport/responses/date_time.hpp"
#include "transport/responses/host_clock.hpp"
#include "transport/responses/token_response.hpp"

#include <string>
#include <utility>
#include <vector>

namespace token_lifetime_test {

using namespace midas;
using namespace midas::internal;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using std::chrono::sys_seconds;

namespace {

// Tue, 14 Nov 2023 22:13:20 GMT, by the clock of this machine.
constexpr sys_seconds now{1'700'000'000s};

http_response answer(const std::string& members, std::string_view date = {}) {
  http_response result;
  result.status = 200;
  result.body = R"({"access_token":"T",)" + members + "}";
  if (!date.empty()) {
    result.headers.push_back({"Date", sensitive_string{date}});
  }
  return result;
}

expected<token_grant> read(const std::string& members, std::string_view date = {}) {
  return read_token_response("IMDS", answer(members, date), now);
}

std::chrono::seconds life(const std::string& members, std::string_view date = {}) {
  const auto grant = read(members, date);
  REQUIRE(grant);
  return grant->expires_on - now;
}

constexpr auto same_time = "Tue, 14 Nov 2023 22:13:20 GMT";
constexpr auto two_days_later = "Thu, 16 Nov 2023 22:13:20 GMT";
constexpr auto two_days_earlier = "Sun, 12 Nov 2023 22:13:20 GMT";

}  // namespace

TEST_CASE("of two readable expiries the earlier one counts, in either order") {
  CHECK(life(R"("expires_in":60,"expires_on":1700003600)") == 60s);
  CHECK(life(R"("expires_on":1700003600,"expires_in":60)") == 60s);
  // A cache on the way has kept the answer: expires_in counted from an earlier moment.
  CHECK(life(R"("expires_in":"86400","expires_on":"1700000600")") == 600s);
  CHECK(life(R"("expires_in":"86400","expires_on":"1700000600")", same_time) == 600s);
  CHECK(life(R"("expires_in":86400,"expires_on":"11/14/2023 22:23:20")", same_time) == 600s);
}

TEST_CASE("expires_in may state what others state in expires_on") {
  CHECK(life(R"("expires_in":1700003600)") == 1h);
  CHECK(life(R"("expires_in":"2023-11-14T23:13:20Z")") == 1h);
  CHECK(life(R"("expires_on":"1700003600000")") == 1h);
}

TEST_CASE("a token lives as long as the host means, though this machine's clock is behind") {
  // By the clock of the host it is two days later.
  CHECK(life(R"("expires_on":"1700176400")", two_days_later) == 1h);
  CHECK(life(R"("expires_in":3600,"expires_on":"1700176400")", two_days_later) == 1h);
  CHECK(life(R"("expires_in":86400,"expires_on":"1700176400")", two_days_later) == 1h);
}

TEST_CASE("a token lives as long as the host means, though this machine's clock is ahead") {
  CHECK(life(R"("expires_on":"1699830800")", two_days_earlier) == 1h);
  CHECK(life(R"("expires_in":3600,"expires_on":"1699830800")", two_days_earlier) == 1h);
}

TEST_CASE("a refresh that is stated as a date follows the host's clock, too") {
  const auto grant = read(R"("expires_on":"1700176400","refresh_in":"1700174600")", two_days_later);
  REQUIRE(grant);
  CHECK(grant->refresh_on == now + 30min);
}

TEST_CASE("a Date within half a minute of this machine's clock does not change the expiry") {
  CHECK(life(R"("expires_on":1700003600)", "Tue, 14 Nov 2023 22:13:50 GMT") == 1h);
  CHECK(life(R"("expires_on":1700003600)", "Tue, 14 Nov 2023 22:12:50 GMT") == 1h);
  CHECK(life(R"("expires_on":1700003600)", "Tue, 14 Nov 2023 22:13:51 GMT") == 1h - 31s);
}

TEST_CASE("a Date by which the token would live for more than two days is not believed") {
  CHECK(life(R"("expires_on":1700003600)", "Thu, 01 Jan 1970 00:00:00 GMT") == 1h);
  CHECK(life(R"("expires_on":1700003600,"expires_in":60)", "Thu, 01 Jan 1970 00:00:00 GMT") == 60s);
  CHECK(life(R"("expires_on":1700003600)", "yesterday") == 1h);
  CHECK(life(R"("expires_on":1700000000)", two_days_earlier) == 48h);
  CHECK(life(R"("expires_on":1700000001)", two_days_earlier) == 1s);
}

TEST_CASE("a cache on the way is not taken for a wrong clock") {
  auto kept =
      answer(R"("expires_in":86400,"expires_on":"1700050400")", "Tue, 14 Nov 2023 12:13:20 GMT");
  CHECK(clock_error(kept, now) == 10h);
  kept.headers.push_back({"Age", "36000"});
  CHECK(clock_error(kept, now) == 0s);
  const auto grant = read_token_response("IMDS", std::move(kept), now);
  REQUIRE(grant);
  CHECK(grant->expires_on - now == 14h);
}

TEST_CASE("the error about an expired token says by how much, and what the clocks say") {
  const auto [date, expires_on, ago,
              clock] = GENERATE(table<std::string, std::string, std::string, std::string>({
      {same_time, "1699999940", "1 min ago", "this machine's clock agrees with the answer's Date"},
      {two_days_later, "1700172740", "1 min ago", "clock is 2 d behind the answer's Date"},
      {two_days_earlier, "1699820000", "2 h ago", "clock is 2 d ahead of the answer's Date"},
      {"", "1699999940", "1 min ago", "no Date to compare this machine's clock with"},
  }));
  const auto grant = read(R"("expires_on":")" + expires_on + '"', date);
  REQUIRE(!grant);
  CHECK(grant.error().code == errc::invalid_response);
  CHECK_THAT(grant.error().message, Contains("already expired, " + ago) && Contains(clock));
  CHECK_THAT(grant.error().advice, Contains(date.empty() ? "date -u" : "try again"));
  CHECK_THAT(to_string(grant.error()), !Contains("\"T\""));
}

}  // namespace token_lifetime_test
