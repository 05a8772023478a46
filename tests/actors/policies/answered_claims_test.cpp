// Which claims the host is not asked for again, in virtual time.
#include "actors/policies/answered_claims.hpp"

#include "tests/support/catch.hpp"

#include <string>

namespace answered_claims_test {

using namespace midas;
using namespace midas::internal;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

using time_point = answered_claims::time_point;

const token_key vault{managed_identity{}, "https://vault.azure.net"};
const token_key storage{managed_identity{}, "https://storage.azure.com"};
constexpr time_point start{1h};
constexpr auto claims = R"({"access_token":{"nbf":{"essential":true,"value":"1604106651"}}})";

std::optional<time_point> find(const answered_claims& memory, const token_key& key,
                               std::string_view text, time_point now) {
  return memory.find(view_of(key), text, now);
}

}  // namespace

TEST_CASE("claims are found for a minute after the token for them was granted") {
  answered_claims memory;
  CHECK_FALSE(find(memory, vault, claims, start));
  memory.answered(vault, claims, start);
  CHECK(find(memory, vault, claims, start) == start);
  CHECK(find(memory, vault, claims, start + 60s - 1ns) == start);
  CHECK_FALSE(find(memory, vault, claims, start + 60s));
}

TEST_CASE("other claims, and the same claims for another key, are not found") {
  answered_claims memory;
  memory.answered(vault, claims, start);
  CHECK_FALSE(find(memory, vault, "{}", start));
  CHECK_FALSE(find(memory, storage, claims, start));
}

TEST_CASE("white space around claims does not matter, and white space alone is not empty") {
  answered_claims memory;
  memory.answered(vault, " \t{}\r\n", start);
  CHECK(find(memory, vault, "{}", start));
  CHECK(find(memory, vault, "\n{}  ", start));
  CHECK_FALSE(find(memory, vault, "{ }", start));
  CHECK(trimmed_claims(" \t{}\r\n") == "{}");
  CHECK(trimmed_claims("  ") == "  ");
  CHECK(trimmed_claims("").empty());
}

TEST_CASE("claims that are answered again count from the later token") {
  answered_claims memory;
  memory.answered(vault, claims, start);
  memory.answered(vault, claims, start + 90s);
  CHECK(find(memory, vault, claims, start + 149s) == start + 90s);
}

TEST_CASE("each key remembers the last eight claims") {
  answered_claims memory;
  const auto name = [](int i) { return "{\"n\":" + std::to_string(i) + "}"; };
  for (int i = 0; i < 9; ++i) {
    memory.answered(vault, name(i), start + std::chrono::seconds{i});
  }
  CHECK_FALSE(find(memory, vault, name(0), start + 9s));
  for (int i = 1; i < 9; ++i) {
    CHECK(find(memory, vault, name(i), start + 9s));
  }
  // The oldest is now another one.
  memory.answered(vault, name(1), start + 9s);
  memory.answered(vault, name(9), start + 10s);
  CHECK(find(memory, vault, name(1), start + 10s));
  CHECK_FALSE(find(memory, vault, name(2), start + 10s));
}

TEST_CASE("nothing is left of a key that was forgotten, or of answers that are old") {
  answered_claims memory;
  CHECK(memory.empty());
  memory.answered(vault, claims, start);
  memory.answered(storage, claims, start);
  memory.answered(storage, "{}", start + 30s);
  memory.forget(vault);
  CHECK_FALSE(find(memory, vault, claims, start));
  memory.forget_old(start + 60s);
  CHECK_FALSE(memory.empty());
  CHECK(find(memory, storage, "{}", start + 60s));
  memory.forget_old(start + 90s);
  CHECK(memory.empty());
}

TEST_CASE("the error for repeated claims says when the token was granted and when to ask again") {
  const auto e = repeated_claims_error("IMDS", "https://vault.azure.net", 2'500ms);
  CHECK(e.code == errc::claims_not_supported);
  CHECK(e.source == "IMDS");
  CHECK(e.retry_after == 57'500ms);
  CHECK_THAT(e.message, Contains("IMDS does not accept claims") &&
                            Contains("https://vault.azure.net") && Contains(" 2.5 s ago"));
  CHECK_FALSE(e.advice.empty());
  CHECK(e.message.size() < 200);
  CHECK_FALSE(is_transient(e.code));
}

}  // namespace answered_claims_test
