#include "messages/time_text.hpp"

#include "tests/support/catch.hpp"

using namespace midas::internal;
using namespace std::chrono_literals;

TEST_CASE("a duration is shown in units that a person reads") {
  CHECK(duration_text(0ns) == "0 ms");
  CHECK(duration_text(-1s) == "0 ms");
  CHECK(duration_text(49us) == "0 ms");
  CHECK(duration_text(400us) == "0.4 ms");
  CHECK(duration_text(2'500us) == "2.5 ms");
  CHECK(duration_text(9'949us) == "9.9 ms");
  CHECK(duration_text(9'950us) == "10 ms");
  CHECK(duration_text(300ms) == "300 ms");
  CHECK(duration_text(999'499us) == "999 ms");
  CHECK(duration_text(999'500us) == "1 s");
  CHECK(duration_text(1'500ms) == "1.5 s");
  CHECK(duration_text(59'949ms) == "59.9 s");
  CHECK(duration_text(59'950ms) == "1 min");
  CHECK(duration_text(4min + 30s) == "4 min 30 s");
  CHECK(duration_text(59min + 59s + 499ms) == "59 min 59 s");
  CHECK(duration_text(59min + 59s + 500ms) == "1 h");
  CHECK(duration_text(12h + 4min) == "12 h 4 min");
  CHECK(duration_text(43'470'485ms) == "12 h 5 min");
  CHECK(duration_text(23h + 59min + 30s) == "1 d");
  CHECK(duration_text(51h) == "2 d 3 h");
  CHECK(duration_text(std::chrono::nanoseconds::max()) == "106752 d");
  CHECK(duration_text(std::chrono::seconds::max()) == "106752 d");
  CHECK(duration_text(std::chrono::seconds::min()) == "0 ms");
  CHECK(duration_text(std::chrono::hours{24 * 365 * 1'307}) == "106752 d");
}

TEST_CASE("a time is shown in UTC, in the form of ISO 8601") {
  CHECK(utc_text(std::chrono::sys_seconds{0s}) == "1970-01-01T00:00:00Z");
  CHECK(utc_text(std::chrono::sys_seconds{1'795'883'165s}) == "2026-11-28T16:26:05Z");
  CHECK(utc_text(std::chrono::sys_seconds{-1s}) == "1969-12-31T23:59:59Z");
  CHECK(utc_text(std::chrono::sys_time<std::chrono::milliseconds>{1'795'883'165'007ms}) ==
        "2026-11-28T16:26:05.007Z");
  CHECK(utc_text(std::chrono::sys_seconds::max()) == "9999-12-31T23:59:59Z");
  CHECK(utc_text(std::chrono::sys_seconds::min()) == "0000-01-01T00:00:00Z");
}
