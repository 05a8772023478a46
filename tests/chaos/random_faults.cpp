#include "tests/chaos/random_faults.hpp"

#include "tests/chaos/chaos_keys.hpp"

#include <array>

namespace midas::internal::chaos {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

template <std::size_t Count>
std::string one_of(random_source& random, const std::array<const char*, Count>& all) {
  return all[random.below(Count)];
}

std::string quoted(milliseconds time) { return '"' + std::to_string(time.count()) + R"(ms")"; }

std::string status(random_source& random) {
  constexpr std::array failing{"500", "502", "503", "504", "404", "408", "410", "301"};
  return R"({"status":)" + one_of(random, failing) + R"(,"body":"chaos"})";
}

std::string throttling(random_source& random) {
  // Short enough for the recovery bound. Invalid values and dates in the past have no effect.
  constexpr std::array waits{"1", "2", "3", "0", "soon", "Thu, 01 Jan 2015 00:00:00 GMT"};
  return R"({"status":429,"headers":{"Retry-After":")" + one_of(random, waits) + R"("}})";
}

std::string refusal(random_source& random) {
  constexpr std::array refusing{"400", "401", "403"};
  constexpr std::array codes{"invalid_request", "invalid_resource", "unauthorized_client"};
  return R"({"status":)" + one_of(random, refusing) + R"(,"body":"{\"error\":\")" +
         one_of(random, codes) + R"(\",\"error_description\":\"chaos\"}"})";
}

std::string odd_answer(random_source& random) {
  constexpr std::array bodies{"",
                              "{}",
                              "null",
                              "<html>",
                              R"({\"access_token\":\"\",\"expires_in\":\"60\"})",
                              R"({\"access_token\":7,\"expires_in\":\"60\"})",
                              R"({\"access_token\":\"no expiry\"})"};
  return R"({"status":200,"body":")" + one_of(random, bodies) + R"("})";
}

std::string reset(random_source& random) {
  constexpr std::array places{"before", "within_headers", "after_headers"};
  return R"({"reset":")" + one_of(random, places) + R"("})";
}

std::string truncation(random_source& random) {
  return R"({"truncate_body":)" + std::to_string(random.below(1'500)) + "}";
}

std::string slow_drip(random_source& random) {
  // A response has about 2 kB: some arrive before the attempt times out, others do not.
  return R"({"slow_drip":{"bytes":)" + std::to_string(1 + random.below(60)) + R"(,"every":)" +
         quoted(random.between(2ms, 20ms)) + "}}";
}

std::string latency(random_source& random) {
  if (random.with_probability(0.5)) {
    const auto least = random.between(0ms, 300ms);
    return R"({"latency":{"min":)" + quoted(least) + R"(,"max":)" +
           quoted(least + random.between(1ms, 1'200ms)) + "}}";
  }
  const auto median = random.between(1ms, 300ms);
  return R"({"latency":{"median":)" + quoted(median) + R"(,"p99":)" +
         quoted(median * (2 + static_cast<int>(random.below(4)))) + "}}";
}

std::string lifetime(random_source& random) {
  constexpr std::array lives{"0s", "1s", "2s", "4s", "25s"};
  return R"({"lifetime":")" + one_of(random, lives) + R"("})";
}

std::string action(random_source& random) {
  using maker = std::string (*)(random_source&);
  constexpr std::array<maker, 16> all{
      status,
      status,
      throttling,
      refusal,
      odd_answer,
      reset,
      truncation,
      slow_drip,
      latency,
      latency,
      lifetime,
      [](random_source&) -> std::string { return R"({"hang":true})"; },
      [](random_source&) -> std::string { return R"({"garbage":true})"; },
      [](random_source&) -> std::string { return R"({"endless_body":true})"; },
      [](random_source&) -> std::string { return R"({"same_token":true})"; },
      [](random_source& draw) -> std::string {
        constexpr std::array others{R"({"content_type":"text/html"})",
                                    R"({"expires_on_form":"soon"})",
                                    R"({"redirect":"http://127.0.0.1:9/elsewhere"})"};
        return one_of(draw, others);
      }};
  return all[random.below(all.size())](random);
}

std::string match(random_source& random, milliseconds length) {
  constexpr std::array probabilities{"1", "0.8", "0.5"};
  const auto from = random.between(0ms, length / 2);
  const auto to = random.between(from + length / 3, length);
  std::string result = R"({"window":{"from":)" + quoted(from) + R"(,"to":)" + quoted(to) +
                       R"(},"probability":)" + one_of(random, probabilities);
  if (random.with_probability(0.3)) {
    const auto& all = chaos_resources();
    result += R"(,"resource":")" + all[random.below(all.size())] + '"';
  }
  if (random.with_probability(0.2)) {
    const auto& all = chaos_identities();
    result += R"(,"identity":")" + all[random.below(all.size())] + '"';
  }
  return result + "}";
}

}  // namespace

std::string random_fault_rules(random_source& random, milliseconds length) {
  std::string result = R"({"rules":[)";
  const auto count = 3 + random.below(6);
  for (std::size_t i = 0; i < count; ++i) {
    // Evaluated separately, because the order of operands of + is unspecified.
    const auto match_text = match(random, length);
    const auto action_text = action(random);
    result += std::string{i == 0 ? "" : ","} + R"({"match":)" + match_text + R"(,"action":)" +
              action_text + "}";
  }
  return result + "]}";
}

}  // namespace midas::internal::chaos
