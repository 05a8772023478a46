// A change leaves what is not midas's as it is, byte for byte, however it is written.
#include "store/msal_cache.hpp"
#include "tests/store/support/store_directory.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <vector>

namespace msal_bytes_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

const cache_owner owner{.machine = "0123456789abcdef0123456789abcdef", .host_name = "vm7"};
constexpr auto vault = "https://vault.azure.net";

std::string changed(const std::string& text, const cache_change& change) {
  const auto result = change_msal_cache({text.begin(), text.end()}, change, owner);
  REQUIRE(result);
  return {result->begin(), result->end()};
}

std::vector<std::string> resources_in(const std::string& text) {
  sensitive_string copy{text.begin(), text.end()};
  const auto tokens = read_msal_cache(copy, owner);
  REQUIRE(tokens);
  return resources_of(*tokens);
}

std::string saved(const std::string& text, const stored_token& token) {
  return changed(text, {.save = {&token, 1}, .now = token.cached_at});
}

std::string removed(const std::string& text, const std::string& resource,
                    std::chrono::sys_seconds now) {
  const auto key = make_key({}, resource);
  REQUIRE(key);
  return changed(text, {.remove = {&*key, 1}, .now = now});
}

}  // namespace

TEST_CASE("what Python's json writes and other readers refuse stays as it is") {
  const auto value =
      GENERATE(as<std::string>{}, "NaN", "Infinity", "-Infinity", "1e400", "-1E+999", "1.5e-4000",
               R"("\ud800")", R"("\udc00 \uD83D")", R"("\ud83d\ude00")", R"("\ud83d\ud83d\ude00")",
               R"(["\\ud800", "\"", NaN, {"Infinity": "NaN", "1e999": -1e999}])", R"("\u0000")");
  INFO(value);
  const auto token = a_token(vault);
  const std::string text = "{\"other\": " + value + ", \"x\": 1}";
  const auto after = saved(text, token);
  CHECK(after.starts_with("{\"other\": " + value + ", \"x\": 1,"));
  CHECK(resources_in(after) == std::vector<std::string>{vault});
  CHECK(resources_in(text).empty());
  CHECK(saved("{\"other\": " + value + "}", token).starts_with("{\"other\": " + value + ",\n"));
  const auto again = saved(after, a_token("https://b"));
  CHECK(again.starts_with("{\"other\": " + value + ", \"x\": 1,"));
  CHECK(resources_in(again).size() == 2);
}

TEST_CASE("a number with thousands of digits stays as it is") {
  const std::string digits(4'000, '7');
  const auto after = saved("{\"n\": -" + digits + "." + digits + "e5}", a_token(vault));
  CHECK(after.starts_with("{\"n\": -" + digits + "." + digits + "e5,"));
  // In a time that grows with the square of its size, this would exceed the test's limit.
  const std::string zeros(2'000'000, '0');
  sensitive_string malformed{"{\"n\": "};
  malformed.append(zeros);
  CHECK_FALSE(read_msal_cache(malformed, owner));
}

TEST_CASE("white space and the order of members stay as they are") {
  const std::string text =
      "\t{ \"Zebra\":1 ,\r\n\"AccessToken\" :{ } , \"AppMetadata\":{\"k\":{ }\n} ,\"A\" : [ 1 , 2 "
      "]\r\n} \n";
  const auto after = saved(text, a_token(vault));
  CHECK(after.starts_with("\t{ \"Zebra\":1 ,\r\n\"AccessToken\" :{\n        \"-localhost-"));
  CHECK(after.find(" , \"AppMetadata\":{\"k\":{ },\n        \"appmetadata-localhost-SYSTEM") !=
        std::string::npos);
  CHECK(after.find("\n} ,\"A\" : [ 1 , 2 ],\n    \"Midas\": {\n        \"machine\"") !=
        std::string::npos);
  CHECK(after.ends_with("\r\n} \n"));
  CHECK(resources_in(after) == std::vector<std::string>{vault});
}

TEST_CASE("the first, the middle, the last and all entries can be removed") {
  std::string text;
  const std::vector<std::string> all{"https://a", "https://b", "https://c", "https://d"};
  const auto now = a_token(vault).cached_at;
  for (const auto& each : all) {
    text = saved(text, a_token(each));
  }
  for (unsigned set = 0; set < 16; ++set) {
    auto rest = text;
    std::vector<std::string> kept;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if ((set >> i & 1U) != 0) {
        rest = removed(rest, all[i], now);
      } else {
        kept.push_back(all[i]);
      }
    }
    INFO(set);
    CHECK(resources_in(rest) == kept);
    // As if the others had never been there.
    std::string expected = saved("", a_token("https://a"));
    expected = removed(expected, "https://a", now);
    for (const auto& each : kept) {
      expected = saved(expected, a_token(each));
    }
    CHECK(rest == expected);
  }
}

TEST_CASE("of entries with equal keys the last one counts, and a change keeps only that") {
  const auto token = a_token(vault, "the-token");
  const auto text = saved("", token);
  for (const std::string section : {"AccessToken", "tokens"}) {
    auto twice = text;
    const auto begin = twice.find('"' + section + R"(": {)") + section.size() + 5;
    twice.insert(begin, " \"" + msal_key(token.identity, vault) +
                            R"(": {"secret": "hidden", "machine": "x", "cached_at": 1},)");
    CHECK(resources_in(twice) == std::vector<std::string>{vault});
    CHECK(changed(twice, {.now = token.cached_at}) == text);
  }
}

TEST_CASE("a token with bytes that no header can carry does not break the file") {
  for (const std::string token : {"\xff", "a\nb", "\xc3\xa9", "", "a\x7f"}) {
    auto stored = a_token(vault);
    stored.grant.token = secret{token};
    const auto failed = check_storable({&stored, 1});
    REQUIRE_FALSE(failed);
    CHECK(failed.error().code == errc::store_failed);
    CHECK(failed.error().message.find(vault) != std::string::npos);
    CHECK(resources_in(saved("", stored)).empty());
  }
  auto stored = a_token(vault, "quote\" and \\ backslash");
  CHECK(check_storable({&stored, 1}));
  sensitive_string text;
  text.append(saved("", stored));
  const auto tokens = read_msal_cache(text, owner);
  REQUIRE(tokens);
  REQUIRE(tokens->size() == 1);
  CHECK(tokens->front().grant.token.reveal() == "quote\" and \\ backslash");
}

TEST_CASE("a token whose time cannot be read back is not storable") {
  const auto beyond = std::chrono::sys_seconds{std::chrono::seconds{253'402'300'800}};
  const auto before = std::chrono::sys_seconds{std::chrono::seconds{-1}};
  for (const auto time : {beyond, before}) {
    auto late = a_token(vault);
    late.grant.expires_on = time;
    auto early = a_token(vault);
    early.cached_at = time;
    CHECK_FALSE(check_storable({&late, 1}));
    CHECK_FALSE(check_storable({&early, 1}));
  }
}

}  // namespace msal_bytes_test
