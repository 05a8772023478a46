#include "tests/support/catch.hpp"
#include "tools/load/arrival_schedule.hpp"
#include "tools/load/percentiles.hpp"
#include "tools/load/rate.hpp"

#include <rapidcheck.h>

using namespace std::chrono_literals;
using namespace midas::internal::tools;
using Catch::Matchers::Contains;

namespace {

arrival_schedule schedule(const std::string& stages) {
  return arrival_schedule{parse_stages(stages).value()};
}

}  // namespace

TEST_CASE("the requests of a constant rate are equally spaced") {
  const auto constant = schedule("2s:4/s");
  CHECK(constant.size() == 8);
  CHECK(constant.length() == 2s);
  for (std::uint64_t i = 0; i < 8; ++i) {
    CHECK(constant.at(i) == i * 250ms);
  }
  CHECK(constant.at(8) == 2s);
  CHECK(constant.rate_at(1s) == 4);
  CHECK(constant.rate_at(2s) == 0);
}

TEST_CASE("a ramp has as many requests as its mean rate") {
  // n requests after sqrt(2 n / 10) seconds.
  const auto ramp = schedule("10s:0..100/s");
  CHECK(ramp.size() == 500);
  CHECK(ramp.at(0) == 0s);
  CHECK(ramp.at(125) == 5s);
  CHECK(ramp.at(405) == 9s);
  CHECK(ramp.rate_at(5s) == Approx(50));
  const auto falling = schedule("10s:100..0/s");
  CHECK(falling.size() == 500);
  CHECK(falling.at(375) == 5s);
  CHECK(falling.at(499) < 10s);
}

TEST_CASE("a stage continues where the one before ends") {
  const auto stages = schedule("10s:..100/s,30s:100/s,10s:..0/s");
  CHECK(stages.size() == 500 + 3'000 + 500);
  CHECK(stages.length() == 50s);
  CHECK(stages.at(499) > 9'900ms);
  CHECK(stages.at(499) < 10s);
  CHECK(stages.at(500) == 10s);
  CHECK(stages.at(501) == 10'010ms);
  CHECK(stages.rate_at(45s) == Approx(50));
}

TEST_CASE("fractions of requests carry over to the next stage") {
  const auto halves = schedule("500ms:1/s,500ms:1/s,1s:1/s");
  CHECK(halves.size() == 2);
  CHECK(halves.at(1) == 1s);
  CHECK(schedule("1ms:1/s").size() == 1);
}

TEST_CASE("the times of any schedule ascend, and lie within it") {
  CHECK(rc::check("ascending times", [] {
    const auto stages =
        *rc::gen::nonEmpty(rc::gen::container<std::vector<load_stage>>(rc::gen::build<load_stage>(
            rc::gen::set(&load_stage::length,
                         rc::gen::map(rc::gen::inRange(1, 5'000),
                                      [](int ms) -> std::chrono::nanoseconds { return ms * 1ms; })),
            rc::gen::set(&load_stage::from, rc::gen::cast<double>(rc::gen::inRange(0, 1'000))),
            rc::gen::set(&load_stage::to, rc::gen::cast<double>(rc::gen::inRange(1, 1'000))))));
    const arrival_schedule any{stages};
    auto last = 0ns;
    for (std::uint64_t i = 0; i < std::min<std::uint64_t>(any.size(), 5'000); ++i) {
      const auto time = any.at(i);
      RC_ASSERT(time >= last);
      RC_ASSERT(time <= any.length());
      last = time;
    }
  }));
}

TEST_CASE("the times of a schedule of years are exact") {
  const auto years = schedule("876000h:1000000/s");
  CHECK(years.size() == 3'153'600'000ULL * 1'000'000);
  CHECK(years.at(3'000'000'000'000'000ULL) == 3'000'000'000s);
}

TEST_CASE("rates have units") {
  CHECK(parse_rate("5000/s") == 5'000.0);
  CHECK(parse_rate("5000") == 5'000.0);
  CHECK(parse_rate("0.5/s") == 0.5);
  CHECK(parse_rate("30/min") == 0.5);
  CHECK(parse_rate("7200/h") == 2.0);
  CHECK(parse_rate("10000000/s") == 1e7);
  CHECK(format_rate(5'000) == "5000/s");
  CHECK(format_rate(0.5) == "0.5/s");
}

TEST_CASE("impossible rates are refused with a remedy") {
  const std::string text = GENERATE("", "0", "0/s", "-5/s", "5/d", "x", "1e3/s", "5 /s",
                                    "10000001/s", "nan", "inf", "NaN/s", "-inf", "1e999", "-1",
                                    "0x10", "99999999999999999999999999999999/s", "/s", "5/s/s");
  const auto refused = parse_rate(text);
  CAPTURE(text);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Contains("\"" + text + "\""));
  CHECK_THAT(refused.error().advice, Contains("5000/s"));
}

TEST_CASE("the refusal of a rate says what is wrong with it") {
  const auto [text, why] = GENERATE(table<std::string, std::string>({
      {"nan", "is not a rate"},
      {"inf", "is not a rate"},
      {"1e999", "is not a rate"},
      {"-1", "is negative"},
      {"0", "has no requests"},
      {"1000000000", "is too high a rate"},
  }));
  CHECK_THAT(parse_rate(text).error().message, Contains(why));
}

TEST_CASE("stages hold a rate or change it") {
  CHECK(parse_stages("10s:100/s") == std::vector<load_stage>{{10s, 100, 100}});
  CHECK(parse_stages("1min:0..10/s,5s:..20") ==
        std::vector<load_stage>{{1min, 0, 10}, {5s, 10, 20}});
}

TEST_CASE("malformed stages are refused with a remedy") {
  const std::string text =
      GENERATE("", "10s", "10s:", ":5/s", "10s:5/s,", "0s:5/s", "-1s:5/s", "10s:0", "10s:0..0",
               "10s:..", "10s:5..", "10s:..0", "10s:5..x", "10s:5/s;10s:6/s", "876582h:1/s,1h:1/s");
  const auto refused = parse_stages(text);
  CAPTURE(text);
  REQUIRE_FALSE(refused);
  CHECK_FALSE(refused.error().advice.empty());
}

TEST_CASE("percentiles are a list of numbers up to 100") {
  CHECK(parse_percentiles("99.5,50,90,50") == std::vector<double>{50, 90, 99.5});
  CHECK(parse_percentiles("100") == std::vector<double>{100});
  CHECK(parse_percentiles("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20").value().size() ==
        20);
  CHECK(percentile_name(99.5) == "p99.5");
  CHECK(percentile_name(99.99999) == "p99.99999");
  const std::string text = GENERATE("", "0", "-1", "101", "50,", ",50", "x", "50;90", "nan",
                                    "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21");
  CAPTURE(text);
  CHECK_FALSE(parse_percentiles(text));
}
