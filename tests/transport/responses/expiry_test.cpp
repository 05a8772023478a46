#include "transport/responses/expiry.hpp"

#include "tests/support/catch.hpp"

#include <cstdint>
#include <string>

namespace expiry_test {

using namespace midas;
using namespace midas::internal;
using namespace std::chrono_literals;
using std::chrono::sys_seconds;

namespace {

constexpr sys_seconds now{1'700'000'000s};

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

TEST_CASE("a small number counts from now, whichever member states it") {
  CHECK(read_stated_time("3600", now) == stated_time{now + 1h, true});
  CHECK(read_stated_time("0", now) == stated_time{now, true});
  CHECK(read_stated_time("-1", now) == stated_time{now - 1s, true});
  CHECK(read_stated_time("978307199", now) == stated_time{now + 978'307'199s, true});
}

TEST_CASE("a number from 2001 on is Unix time, in seconds or in milliseconds") {
  const auto [text, time] = GENERATE(table<std::string, std::int64_t>({
      {"978307200", 978'307'200},
      {"43040261106", 43'040'261'106},
      {"43040261106.0", 43'040'261'106},
      {"253402300799", 253'402'300'799},
      {"1565244611000", 1'565'244'611},
      {"1565244611999", 1'565'244'611},
      {"253402300799999", 253'402'300'799},
      {"/Date(1565244611000)/", 1'565'244'611},
      {"/Date(1565244611000+0000)/", 1'565'244'611},
      {"/Date(1565244611000-0800)/", 1'565'244'611},
  }));
  CHECK(read_stated_time(text, now) == stated_time{sys_seconds{std::chrono::seconds{time}}});
}

TEST_CASE("a date is a stated time") {
  CHECK(read_stated_time("3333-11-22T04:05:06Z", now) == stated_time{sys_seconds{43'040'261'106s}});
}

TEST_CASE("a text that is neither a number nor a date states no time") {
  const std::string text =
      GENERATE(as<std::string>{}, "", "unknown format", "1.5", "3.6e3", " 3600", "253402300800",
               "253402300800000", "999999999999999999", "/Date()/", "/Date(", ")/", "/Date(1)/",
               "/Date(1565244611000)", "/Date(x)/", "2023-02-29T04:05:06Z");
  CHECK_FALSE(read_stated_time(text, now));
}

}  // namespace expiry_test
