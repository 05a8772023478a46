#include "http/date_field.hpp"

#include "tests/support/catch.hpp"

using namespace midas::internal::http;
using namespace std::chrono_literals;

TEST_CASE("the date has the form of RFC 9110 and follows the clock in both directions") {
  date_field date;
  const std::chrono::sys_seconds then{784'111'777s};
  CHECK(date.at(then) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(date.at(then + 999ms) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(date.at(then + 1s) == "Sun, 06 Nov 1994 08:49:38 GMT");
  CHECK(date.at(then - 24h) == "Sat, 05 Nov 1994 08:49:37 GMT");
}
