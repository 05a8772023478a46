// Tokens whose day passes in minutes.
#include "actors/policies/refresh_policy.hpp"
#include "simulator/faults/fault_injector.hpp"
#include "simulator/hosts/simulated_imds.hpp"
#include "simulator/hosts/simulated_service_fabric.hpp"
#include "tests/simulator/support/host_over_http.hpp"
#include "tests/simulator/support/imds_request.hpp"
#include "tests/simulator/support/protocol_request.hpp"
#include "tests/simulator/support/token_text.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

constexpr std::int64_t issued_at = 1'800'000'000;

simulated_host_options accelerated(std::uint32_t factor, std::chrono::seconds expires_in = 24h) {
  simulated_host_options options;
  options.time_factor = factor;
  options.expires_in = expires_in;
  return options;
}

/// The times that an answer of IMDS states, relative to the time at which it was given.
struct stated_times {
  explicit stated_times(const simulator::response& answer) {
    const auto json = parse_object(answer.body);
    const auto claims = decode_token(text_of(json, "access_token"));
    expires_in = std::stoll(text_of(json, "expires_in"));
    expires_on = std::stoll(text_of(json, "expires_on")) - issued_at;
    not_before = std::stoll(text_of(json, "not_before")) - issued_at;
    exp = claims.payload["exp"].GetInt64() - issued_at;
    nbf = claims.payload["nbf"].GetInt64() - issued_at;
    iat = claims.payload["iat"].GetInt64() - issued_at;
  }
  std::int64_t expires_in, expires_on, not_before, exp, nbf, iat;
};

stated_times times_with(const simulated_host_options& options) {
  return stated_times{imds_request{}.ask(options)};
}

/// "23 h 55 min".
std::string text_of(std::chrono::nanoseconds time) {
  std::string text;
  auto left = std::chrono::floor<std::chrono::seconds>(time).count();
  for (const auto& [unit, seconds] : {std::pair{" h", 3600}, {" min", 60}, {" s", 1}}) {
    if (left >= seconds) {
      text.append(text.empty() ? "" : " ").append(std::to_string(left / seconds)).append(unit);
      left %= seconds;
    }
  }
  return text;
}

}  // namespace

TEST_CASE("a time factor divides every time that a token states") {
  const auto times = times_with(accelerated(600));
  CHECK(times.expires_in == 144);
  CHECK(times.expires_on == 144);
  CHECK(times.exp == 144);
  // Of five minutes, less than a second is left.
  CHECK(times.not_before == 0);
  CHECK(times.nbf == 0);
  CHECK(times.iat == 0);
  const auto slower = times_with(accelerated(12));
  CHECK(slower.expires_on == 7200);
  CHECK(slower.not_before == -25);
  CHECK(slower.nbf == -25);
}

TEST_CASE("without a time factor, tokens state real times") {
  const auto times = times_with({});
  CHECK(times.expires_on == 86'400);
  CHECK(times.not_before == -300);
}

TEST_CASE("a lifetime that the factor would end at once lasts a second, but an expired one stays") {
  CHECK(times_with(accelerated(1'000'000)).expires_in == 1);
  CHECK(times_with(accelerated(600, 1s)).expires_in == 1);
  CHECK(times_with(accelerated(600, 0s)).expires_in == 0);
}

TEST_CASE("the time factor applies to the answers of the other hosts, too") {
  auto options = accelerated(600);
  options.secret = "a secret";
  simulator::simulated_service_fabric fabric(options, "ABCD");
  const protocol_request request{
      .target = "/metadata/identity/oauth2/token?api-version=2019-07-01-preview&resource=https://r",
      .fields = {{"secret", "a secret"}}};
  CHECK(parse_object(request.ask(fabric).body)["expires_on"].GetInt64() == issued_at + 144);
}

TEST_CASE("the time factor applies to the lifetimes of rules, but not to latency or windows") {
  auto options = accelerated(600);
  options.latency = 30ms;
  options.fault_rules =
      R"({"rules":[{"match":{"window":{"to":"60s"}},"action":{"lifetime":"1h"}}]})";
  simulator::simulated_imds imds(options);
  std::chrono::steady_clock::time_point now{};
  simulator::fault_injector injector(options, imds, [&now] { return now; });
  const imds_request request;
  const auto target = request.path + "?" + request.query;
  const auto ask = [&] {
    simulator::response out;
    injector.answer({"GET", target, request.fields, {}},
                    std::chrono::system_clock::time_point{std::chrono::seconds{issued_at}}, out);
    return out;
  };
  now += 59s;
  CHECK(stated_times{ask()}.expires_in == 6);
  CHECK(ask().delay == 30ms);
  now += 1s;
  CHECK(stated_times{ask()}.expires_in == 144);
}

TEST_CASE("a time factor out of its range is refused") {
  CHECK_THAT(refusal_of(accelerated(0)), Contains("time_factor"));
  CHECK_THAT(refusal_of(accelerated(1'000'001)), Contains("time_factor"));
}

TEST_CASE("the page states how midas uses a day of each factor") {
  std::ifstream file{MIDAS_SIMULATOR_PAGE};
  const std::string page{std::istreambuf_iterator<char>{file}, {}};
  for (const auto factor : {1, 12, 24, 100, 600}) {
    const clock_reading now{std::chrono::sys_seconds{1'800'000'000s}, {}};
    const auto life = 86'400s / factor;
    token_grant grant;
    grant.expires_on = now.wall + life;
    const auto validity = validity_of(grant, now, 0);
    const auto row = "| " + std::to_string(factor) + " | " + text_of(life) + " | " +
                     text_of(validity.refresh_at - now.boot) + " | " +
                     text_of(validity.end.boot - now.boot) + " |";
    CAPTURE(row);
    CHECK(page.find(row) != std::string::npos);
  }
}
