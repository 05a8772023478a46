// Texts that are not a token cache, or an unusual one.
#include "store/msal_cache.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace msal_text_test {

using namespace midas;
using namespace midas::internal;

namespace {

const cache_owner owner{.machine = "0123456789abcdef0123456789abcdef", .host_name = "vm7"};

auto read(std::string_view text) {
  sensitive_string copy{text.begin(), text.end()};
  return read_msal_cache(copy, owner);
}

}  // namespace

TEST_CASE("text that is not a JSON object is refused, white space is an empty cache") {
  for (const std::string text : {"[]",
                                 "null",
                                 "1",
                                 "\"text\"",
                                 "{",
                                 "{}}",
                                 "{\"a\":}",
                                 "{\"AccessToken\": {\"k\": {",
                                 "{'a':1}",
                                 "{\"a\": \"\xff\"}",
                                 "\xef\xbb\xbf{}",
                                 "NaN",
                                 "{\"a\": nan}",
                                 "{\"a\": 01}",
                                 "{\"a\": 1.}",
                                 "{\"a\": -}",
                                 "{\"a\": +1}",
                                 "{\"a\": 1e}",
                                 "{\"a\": \"\\ud80\"}",
                                 "{\"a\": \"\n\"}",
                                 "{\"a\": 1,}",
                                 "{\"a\": [1,]}",
                                 "{\"a\" 1}",
                                 "{,}",
                                 "{\"a\": \"\\x\"}",
                                 "{\"a\": tru}"}) {
    INFO(text);
    CHECK_FALSE(change_msal_cache({text.begin(), text.end()}, {}, owner));
    CHECK_FALSE(read(text));
  }
  CHECK_FALSE(read(std::string{"{}"} + '\0'));
  for (const std::string blank : {"", " \r\n\t"}) {
    const auto tokens = read(blank);
    REQUIRE(tokens);
    CHECK(tokens->empty());
  }
}

TEST_CASE("a control character in a string is refused, wherever it is") {
  for (char c = 0; c < ' '; ++c) {
    for (std::size_t place = 0; place < 48; ++place) {
      std::string text = "{\"a\": \"" + std::string(64, 'x') + "\"}";
      text[7 + place] = c;
      INFO(static_cast<int>(c) << " at " << place);
      CHECK_FALSE(read(text));
    }
  }
}

TEST_CASE("nesting beyond the limit is refused without using the stack") {
  for (const auto* open : {"[", "{\"a\":"}) {
    std::string text = "{\"a\":";
    for (int i = 0; i < 200'000; ++i) {
      text += open;
    }
    CHECK_FALSE(read(text));
  }
}

TEST_CASE("the deepest nesting is that of Python's reader") {
  const auto nested = [](std::size_t levels) {
    return "{\"a\": " + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
  };
  CHECK(read(nested(1'000)));
  CHECK_FALSE(read(nested(1'001)));
}

TEST_CASE("twenty thousand equal names are one entry") {
  std::string text = "{\"AccessToken\": {\"k\": {}";
  for (int i = 0; i < 20'000; ++i) {
    text += ", \"k\": {\"secret\": \"s\"}";
  }
  // A small text would be refused.
  text += "}}" + std::string(20'000 * 256, ' ');
  // In a time that grows with their square, this test would exceed its limit.
  const auto tokens = read(text);
  REQUIRE(tokens);
  CHECK(tokens->empty());
}

TEST_CASE("a text with more members than any token cache of its size is refused") {
  const auto with_members = [](const std::string& section, std::size_t count, std::size_t size) {
    const std::string member{"\"\":0,"};
    std::string text = section;
    for (std::size_t i = 0; i < count; ++i) {
      text += member;
    }
    text += "\"last\": \"" + std::string(size, 'x') + "\"" +
            std::string(static_cast<std::size_t>(std::ranges::count(section, '{')), '}');
    return text;
  };
  for (const std::string section :
       {"{", "{\"AccessToken\":{", "{\"AppMetadata\":{", "{\"Midas\":{\"tokens\":{"}) {
    INFO(section);
    CHECK(read(with_members(section, 4'000, 0)));
    CHECK_FALSE(read(with_members(section, 5'000, 0)));
    CHECK(read(with_members(section, 5'000, 2'000'000)));
    CHECK_FALSE(change_msal_cache(sensitive_string{with_members(section, 5'000, 0)}, {}, owner));
  }
  CHECK(read(with_members("{\"Other\":{", 100'000, 0)));
}

}  // namespace msal_text_test
