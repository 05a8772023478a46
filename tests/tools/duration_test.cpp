#include "tools/duration.hpp"

#include "tests/support/catch.hpp"

using namespace std::chrono_literals;
using midas::internal::tools::format_duration;
using midas::internal::tools::parse_duration;

TEST_CASE("a duration is a number with a unit, in seconds without one") {
  CHECK(parse_duration("5s") == 5s);
  CHECK(parse_duration("5") == 5s);
  CHECK(parse_duration("200ms") == 200ms);
  CHECK(parse_duration("1.5h") == 90min);
  CHECK(parse_duration("2min") == 2min);
  CHECK(parse_duration("2m") == 2min);
  CHECK(parse_duration("3us") == 3us);
  CHECK(parse_duration("7ns") == 7ns);
  CHECK(parse_duration("1d") == 24h);
  CHECK(parse_duration("0s") == 0s);
}

TEST_CASE("a text that is not a duration is rejected and quoted") {
  const std::string text = GENERATE("", "s", "fast", "5 s", "-5s", "-0s", "5x", "1e3s", "nan",
                                    "inf", "0x10s", "999999999d", "999999999m", "5n", "5s5s");
  const auto parsed = parse_duration(text);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == midas::errc::invalid_timeout);
  CHECK(parsed.error().message.find("\"" + text + "\"") != std::string::npos);
}

TEST_CASE("durations are formatted in the unit of their magnitude") {
  CHECK(format_duration(26ns) == "26 ns");
  CHECK(format_duration(1'250us) == "1.25 ms");
  CHECK(format_duration(999'400ns) == "999 us");
  CHECK(format_duration(999'600ns) == "1 ms");
  CHECK(format_duration(50ms) == "50 ms");
  CHECK(format_duration(999'900us) == "1 s");
  CHECK(format_duration(5s) == "5 s");
  CHECK(format_duration(0s) == "0 s");
  CHECK(format_duration(24h) == "24 h");
}
