// What midas store list prints.
#include "tools/store/store_list.hpp"

#include "tests/store/support/store_directory.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/parsed_json.hpp"
#include "tests/support/vault.hpp"

#include <algorithm>
#include <limits>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace midas::internal::tools;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

stored_token with_life(std::chrono::seconds age, std::chrono::seconds left) {
  auto result = a_token(vault_url, "the-secret");
  result.grant.expires_on = result.cached_at + left;
  result.cached_at -= age;
  return result;
}

// At the time at which a_token() counts tokens as acquired.
clock_reading time_of(const stored_token& token) { return {token.cached_at, boot_clock::now()}; }

}  // namespace

TEST_CASE("a stored token is usable, expiring, expired, or from the future") {
  const auto now = time_of(with_life(0s, 8h));
  const auto state = [&](std::chrono::seconds age, std::chrono::seconds left) {
    return to_string(state_of(with_life(age, left), now));
  };
  CHECK(state(1h, 8h) == "usable");
  CHECK(state(8h, 4min) == "expiring");
  CHECK(state(8h, 0s) == "expired");
  CHECK(state(8h, -1s) == "expired");
  CHECK(state(-1h, 8h) == "future");
}

TEST_CASE("the list has a line for each token, in order, and never a token") {
  auto other = with_life(1h, 8h);
  other.identity = managed_identity::client_id("a-client");
  other.endpoint = "http://127.0.0.1:1/token";
  const std::vector tokens{other, with_life(9h, -1h)};
  const auto text = list_as_text(tokens, "F", time_of(with_life(0s, 8h)));
  CHECK(std::ranges::count(text, '\n') == 2);
  CHECK_THAT(text, Contains("expired") && Contains("1 h ago") && Contains("usable") &&
                       Contains("8 h left") && Contains("client id a-client") &&
                       Contains("from http://127.0.0.1:1/token") && !Contains("the-secret"));
  CHECK(text.find("system-assigned") < text.find("a-client"));
  CHECK(list_as_text({}, "/a\x1b[31m", {}) == "No tokens in /a\\u{1b}[31m\n");
}

TEST_CASE("the list as JSON has times in seconds, and never a token") {
  auto token = with_life(1h, 8h);
  token.endpoint = "http://127.0.0.1:1/token";
  const std::vector tokens{token, with_life(9h, -1h)};
  const auto text = list_as_json(tokens, "/the/file", time_of(with_life(0s, 8h)));
  CHECK_THAT(text, !Contains("the-secret"));
  const auto document = parsed(text);
  CHECK(std::string{document["store"].GetString()} == "/the/file");
  const auto& all = document["tokens"];
  REQUIRE(all.Size() == 2);
  CHECK(std::string{all[0]["state"].GetString()} == "expired");
  CHECK_FALSE(all[0].HasMember("endpoint"));
  CHECK(std::string{all[1]["resource"].GetString()} == vault_url);
  CHECK(std::string{all[1]["identity"].GetString()} == "system-assigned");
  CHECK(std::string{all[1]["endpoint"].GetString()} == token.endpoint);
  CHECK(all[1]["expires_in"].GetInt64() == 28'800);
  CHECK(all[1]["expires_on"].GetInt64() - all[1]["acquired_on"].GetInt64() == 32'400);
  CHECK(is_same_time(all[1], "acquired_on"));
  CHECK(is_same_time(all[1], "expires_on"));
}

TEST_CASE("what other programs wrote to the store cannot control the terminal") {
  // U+202E, in pieces, since whole it would mislead a reader of this file.
  const auto right_to_left = std::string{"\xe2\x80"} + '\xae';
  auto token = with_life(0s, 8h);
  token.identity = managed_identity::client_id("a\x1b]0;title\x07\n" + right_to_left);
  token.grant.resource = "https://a\r\x9b\xff";
  token.endpoint = "http://b\x1b[2J";
  const std::vector tokens{token};
  const auto text = list_as_text(tokens, "F", clock_reading::now());
  CHECK(std::ranges::count(text, '\n') == 1);
  CHECK(std::ranges::none_of(text, [](char c) { return (c < ' ' && c != '\n') || c == '\x7f'; }));
  CHECK_THAT(text, !Contains(right_to_left) && !Contains("\xff"));
  CHECK(parsed(list_as_json(tokens, "F", clock_reading::now()))["tokens"].Size() == 1);
}

TEST_CASE("times beyond any calendar are listed") {
  auto token = with_life(0s, 8h);
  token.grant.expires_on =
      std::chrono::sys_seconds{std::chrono::seconds{std::numeric_limits<std::int64_t>::max() / 2}};
  const std::vector tokens{token};
  CHECK_THAT(list_as_text(tokens, "F", clock_reading::now()), Contains("usable"));
  CHECK(parsed(list_as_json(tokens, "F", clock_reading::now()))["tokens"].Size() == 1);
}
