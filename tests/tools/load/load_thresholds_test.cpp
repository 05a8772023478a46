#include "tests/support/catch.hpp"
#include "tests/tools/load/load_samples.hpp"
#include "tools/exit_code.hpp"
#include "tools/load/measure.hpp"
#include "tools/load/thresholds.hpp"

using namespace midas::internal::tools;
using Catch::Matchers::Contains;
using midas::errc;
using midas::internal::test::rising_latencies;
using midas::internal::test::sample_result;

namespace {

threshold_outcome outcome_of(const std::string& expression, const load_result& result) {
  return evaluate(parse_threshold(expression).value(), result);
}

}  // namespace

TEST_CASE("a threshold compares a figure of the run with its bound") {
  const auto [expression, value, passed] = GENERATE(table<std::string, std::string, bool>({
      {"p50<50.5ms", "50.1 ms", true},
      {"p50 < 50ms", "50.1 ms", false},
      {"p99.9<=100ms", "100 ms", true},
      {"p100<100ms", "100 ms", false},
      {"max<=100ms", "100 ms", true},
      {"max>=0.1s", "100 ms", true},
      {"max>100ms", "100 ms", false},
      {"mean<51ms", "50.5 ms", true},
      {"errors<26", "25", true},
      {"errors<=25", "25", true},
      {"errors<25", "25", false},
      {"errors<18.6%", "18.5%", true},
      {"errors<18.5%", "18.5%", false},
      {"errors.throttled<=1", "1", true},
      {"errors.throttled<0.1%", "0.741%", false},
      {"errors.unreachable>=24", "24", true},
      {"errors.invalid_http<=0", "0", true},
      {"missed<=0%", "0%", true},
      {"tokens>=110", "110", true},
      {"tokens_per_second>=50/s", "50/s", true},
      {"tokens_per_second>50", "50/s", false},
      {"http_requests<=11", "11", true},
      {"upstream_requests_per_1000_tokens<=100", "100", true},
  }));
  const auto outcome = outcome_of(expression, sample_result());
  CAPTURE(expression);
  CHECK(outcome.value == value);
  CHECK(outcome.passed == passed);
  CHECK_THAT(outcome.expression, !Contains(" "));
}

TEST_CASE("a figure that was not measured meets no threshold") {
  const std::string expression =
      GENERATE("p50<1h", "mean<1h", "max<1h", "errors<100%", "tokens_per_second>=0",
               "upstream_requests_per_1000_tokens<1000");
  const auto outcome = outcome_of(expression, {});
  CHECK(outcome.value == "none");
  CHECK_FALSE(outcome.passed);
}

TEST_CASE("malformed thresholds are refused with a remedy") {
  const std::string text =
      GENERATE("", "p99", "<5ms", "p99<", "p99<5", "p99<ms", "p99<-5ms", "p99<5%", "p99=5ms",
               "p99<<5ms", "errors<101%", "errors<-1", "errors<5ms", "errors<x", "tokens<5%",
               "tokens<5/s", "p99<5ms,errors<1", "errors==0");
  CAPTURE(text);
  const auto refused = parse_threshold(text);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Contains("\"" + text + "\""));
  CHECK_THAT(refused.error().advice, Contains("p99<5ms"));
}

TEST_CASE("unknown figures are refused with the list of the known ones") {
  const std::string text = GENERATE("latency<5ms", "p0<5ms", "p101<5ms", "p<5ms", "Errors<1",
                                    "errors.oops<1", "errors.<1", "errors.unknown<1");
  const auto refused = parse_threshold(text);
  CAPTURE(text);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().advice, Contains("tokens_per_second") && Contains("errors.KIND"));
}

TEST_CASE("the list of figures fits the width of the help") {
  const auto list = threshold_metrics(50);
  CHECK_THAT(list,
             Contains("errors") && Contains(", tokens_per_second") && Contains("errors.KIND"));
  std::size_t begin = 0;
  for (auto end = list.find('\n'); end != std::string::npos; end = list.find('\n', begin)) {
    CHECK(end - begin <= 50);
    CHECK(end - begin >= 15);
    begin = end + 1;
  }
  CHECK(begin > 50);
  CHECK(threshold_metrics(std::string::npos).find('\n') == std::string::npos);
}

TEST_CASE("the exit code says what thresholds and the errors that they do not judge mean") {
  auto result = sample_result();
  auto& failures = result.parts.back().failures;
  const auto with = [&result](const std::vector<std::string>& expressions) {
    std::vector<threshold> thresholds;
    result.thresholds.clear();
    for (const auto& each : expressions) {
      thresholds.push_back(parse_threshold(each).value());
      result.thresholds.push_back(evaluate(thresholds.back(), result));
    }
    return exit_code_of(result, thresholds);
  };
  CHECK(with({}) == failure);
  CHECK(with({"p50<1h"}) == failure);
  CHECK(with({"errors<50%"}) == success);
  CHECK(with({"errors<50%", "p50<1ms"}) == threshold_not_met);
  CHECK(with({"p50<1ms"}) == threshold_not_met);
  // One request that failed for another reason than time decides, whichever failed first.
  failures[errc::deadline_exceeded] = rising_latencies(1'000);
  result.parts.back().first_error->code = errc::deadline_exceeded;
  CHECK(with({}) == failure);
  failures.erase(errc::throttled);
  failures[errc::unreachable] = {};
  CHECK(with({}) == timed_out);
  CHECK(with({"p50<1ms"}) == threshold_not_met);
  // There are figures to show if requests were sent before one was refused.
  failures = {{errc::invalid_resource, rising_latencies(5)}};
  CHECK(with({}) == failure);
  CHECK(with({"errors<50%"}) == success);
  for (auto& each : result.parts) {
    each.latencies = {};
  }
  CHECK(with({}) == bad_usage);
  CHECK(with({"errors<1"}) == bad_usage);
  failures[errc::unreachable] = rising_latencies(1);
  CHECK(with({}) == failure);
  failures.clear();
  CHECK(with({}) == success);
}

TEST_CASE("callers that need more memory than there is are refused") {
  CHECK(memory_problem("actors", 10'000, 1'000'000'000).empty());
  CHECK(memory_problem("actors", 10'000'000, 0).empty());
  CHECK_THAT(memory_problem("actors", 10'000'000, 1'000'000'000),
             Contains("10000000 callers") && Contains("1.0 GB"));
}
