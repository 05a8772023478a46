#include "transport/responses/expiry.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <optional>
#include <string>

using namespace midas;
using namespace midas::internal;
using namespace std::chrono_literals;
using std::chrono::sys_seconds;

namespace {

constexpr sys_seconds now{1'700'000'000s};

std::optional<std::int64_t> count(const std::optional<sys_seconds>& time) {
  return time ? std::optional{time->time_since_epoch().count()} : std::nullopt;
}

}  // namespace

TEST_CASE("integers are read, also in the form of floating-point numbers") {
  const auto [text, value] = GENERATE(table<std::string, std::int64_t>({
      {"0", 0},
      {"3600", 3600},
      {"3600.0", 3600},
      {"3600.000", 3600},
      {"-5", -5},
      {"-5.0", -5},
      {"0007", 7},
      {"43040261106", 43040261106},
      {"999999999999999999", 999999999999999999},
  }));
  CHECK(read_integer(text) == value);
}

TEST_CASE("a text that is not an integer is not read as one") {
  const std::string text =
      GENERATE(as<std::string>{}, "", "-", ".", ".0", "1.", "1.5", "1.05", "1e3", "1.0e3", "+1",
               " 1", "1 ", "1,000", "0x10", "1.0.0", "--1", "1-", "1000000000000000000",
               "99999999999999999999999999", "unknown format", "1\n");
  CHECK_FALSE(read_integer(text));
}

TEST_CASE("every form of date and time that hosts are known to use is read") {
  const auto [text, time] = GENERATE(table<std::string, std::int64_t>({
      // RFC 3339 and ISO 8601.
      {"3333-11-22T04:05:06.000Z", 43040261106},
      {"3333-11-22T04:05:06Z", 43040261106},
      {"3333-11-22T04:05:06.999999999Z", 43040261106},
      {"3333-11-22T04:05:06.1Z", 43040261106},
      {"3333-11-22t04:05:06z", 43040261106},
      {"3333-11-22T04:05:06+00:00", 43040261106},
      {"3333-11-22T05:35:06+01:30", 43040261106},
      {"3333-11-21T20:05:06-08:00", 43040261106},
      {"3333-11-22T05:05:06.5+0100", 43040261106},
      {"3333-11-22T04:05:06", 43040261106},
      {"1970-01-01T00:00:00Z", 0},
      {"1969-12-31T23:59:59Z", -1},
      {"2000-02-29T00:00:00Z", 951782400},
      {"2024-02-29T12:00:00Z", 1709208000},
      {"2016-12-31T23:59:60Z", 1483228800},
      {"9999-12-31T23:59:59Z", 253402300799},
      {"0000-01-01T00:00:00Z", -62167219200},
      // Date and time with a space.
      {"3333-11-22 04:05:06", 43040261106},
      {"3333-11-22 04:05:06Z", 43040261106},
      {"3333-11-22 05:05:06 +01:00", 43040261106},
      // App Service 2017.
      {"06/20/2019 02:57:58 +00:00", 1560999478},
      {"06/20/2019 02:57:58", 1560999478},
      {"6/20/2019 2:57:58", 1560999478},
      {"06/20/2019 02:57:58 AM", 1560999478},
      {"06/20/2019 02:57:58 PM", 1561042678},
      {"06/20/2019 14:57:58", 1561042678},
      {"1/16/2020 12:00:00 AM +00:00", 1579132800},
      {"1/16/2020 12:00:00 PM +00:00", 1579176000},
      {"1/16/2020 1:00:00 AM +01:00", 1579132800},
      {"11/22/3333 04:05:06", 43040261106},
      // RFC 9110.
      {"Sat, 22 Nov 3333 04:05:06 GMT", 43040261106},
      {"Fri, 21 Nov 3333 04:05:06 GMT", 43040174706},
      {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
  }));
  CHECK(count(read_date_time(text)) == time);
}

TEST_CASE("a date with a field out of range, or with text before or after it, is not read") {
  const std::string text = GENERATE(
      as<std::string>{}, "", "unknown format", "3333", "3333-11-22", "3333-13-22T04:05:06Z",
      "3333-00-22T04:05:06Z", "3333-11-31T04:05:06Z", "3333-11-00T04:05:06Z",
      "2023-02-29T04:05:06Z", "1900-02-29T04:05:06Z", "3333-11-22T24:05:06Z",
      "3333-11-22T04:60:06Z", "3333-11-22T04:05:61Z", "3333-11-22T04:05Z", "3333-11-22T4:05:06Z",
      "3333-11-22T04:05:06.Z", "3333-11-22T04:05:06.0123456789Z", "3333-11-22T04:05:06,5Z",
      "3333-11-22T04:05:06+24:00", "3333-11-22T04:05:06+01:60", "3333-11-22T04:05:06+1:00",
      "3333-11-22T04:05:06+", "3333-11-22T04:05:06ZZ", "3333-11-22T04:05:06 ",
      " 3333-11-22T04:05:06Z", "3333-11-22T04:05:06Z\n", "33333-11-22T04:05:06Z",
      "-333-11-22T04:05:06Z", "3333-1-22T04:05:06Z", "3333/11/22 04:05:06",
      "9999-12-31T23:59:59-00:01", "13/20/2019 02:57:58", "00/20/2019 02:57:58",
      "06/31/2019 02:57:58", "06/20/19 02:57:58", "06/20/2019 13:57:58 PM",
      "06/20/2019 00:57:58 AM", "06/20/2019 02:57:58 am", "06/20/2019 02:57:58 AM ",
      "06/20/2019 02:57:58 +00:00 ", "06/20/2019T02:57:58", "006/20/2019 02:57:58",
      "Xyz, 22 Nov 3333 04:05:06 GMT", "Sat, 22 Nvm 3333 04:05:06 GMT",
      "Sat, 31 Nov 3333 04:05:06 GMT", "Sat, 22 Nov 3333 04:05:06 UTC", "Sat, 22 Nov 3333 04:05:06",
      "Sat 22 Nov 3333 04:05:06 GMT", "Sat, 22 Nov 33 04:05:06 GMT",
      "Sat, 22 Nov 3333 25:05:06 GMT");
  CHECK_FALSE(read_date_time(text));
}

TEST_CASE("an HTTP date has only the form of RFC 9110") {
  CHECK(count(read_http_date("Sat, 22 Nov 3333 04:05:06 GMT")) == 43040261106);
  CHECK_FALSE(read_http_date("3333-11-22T04:05:06Z"));
  CHECK_FALSE(read_http_date("11/22/3333 04:05:06"));
}

TEST_CASE("expires_in counts from now") {
  CHECK(read_expires_in("3600", now) == now + 1h);
  CHECK(read_expires_in("0", now) == now);
  CHECK(read_expires_in("-1", now) == now - 1s);
  CHECK(read_expires_in("251702300799", now) == latest_time);
  CHECK_FALSE(read_expires_in("251702300800", now));
  CHECK_FALSE(read_expires_in("999999999999999999", now));
  CHECK_FALSE(read_expires_in("2025-11-22T04:05:06Z", now));
  CHECK_FALSE(read_expires_in("unknown format", now));
}

TEST_CASE("expires_on is Unix time, or a date") {
  CHECK(count(read_expires_on("43040261106", now)) == 43040261106);
  CHECK(count(read_expires_on("43040261106.0", now)) == 43040261106);
  CHECK(count(read_expires_on("3333-11-22T04:05:06Z", now)) == 43040261106);
  CHECK(read_expires_on("253402300799", now) == latest_time);
  CHECK_FALSE(read_expires_on("253402300800", now));
  CHECK_FALSE(read_expires_on("999999999999999999", now));
  CHECK_FALSE(read_expires_on("unknown format", now));
}

TEST_CASE("a small expires_on counts from now") {
  CHECK(read_expires_on("3600", now) == now + 1h);
  CHECK(read_expires_on("-1", now) == now - 1s);
  CHECK(read_expires_on("978307199", now) == now + 978'307'199s);
  CHECK(count(read_expires_on("978307200", now)) == 978'307'200);
}
