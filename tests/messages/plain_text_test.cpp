#include "messages/plain_text.hpp"

#include "tests/support/catch.hpp"

#include <string>

using namespace midas;
using namespace midas::internal;

TEST_CASE("untrusted text becomes one line without control characters") {
  const auto [text, shown] = GENERATE(table<std::string, std::string>({
      {"plain", "plain"},
      {"", ""},
      {" \r\n\t ", ""},
      {"  one\r\n\ttwo  ", "one two"},
      {"\x1b[31mred\x1b[0m", "[31mred [0m"},
      {std::string{"a\0b", 3}, "a b"},
      {"a\x7f"
       "b",
       "a b"},
      {"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"},
      // C1 control, line separator.
      {"a\xc2\x85"
       "b\xe2\x80\xa8"
       "c",
       "a b c"},
      // Right-to-left override, zero-width space.
      {"a\xe2\x80\xae"
       "b\xe2\x80\x8b",
       "a?b?"},
      // Stray continuation, cut sequence, overlong slash, surrogate, beyond Unicode, invalid byte.
      {"a\x80", "a?"},
      {"a\xe2\x82", "a??"},
      {"\xc0\xaf", "??"},
      {"\xe0\x80\xaf", "???"},
      {"\xed\xa0\x80", "???"},
      {"\xf4\x90\x80\x80", "????"},
      {"\xff\xfe", "??"},
  }));
  CHECK(one_line(text, 100) == shown);
}

TEST_CASE("a long text is cut between characters") {
  CHECK(one_line("12345", 5) == "12345");
  CHECK(one_line("123456", 5) == "12345...");
  CHECK(one_line("1234\xc3\xa9", 5) == "1234...");
  CHECK(one_line("123\xc3\xa9", 5) == "123\xc3\xa9");
  CHECK(one_line("12345   ", 5) == "12345");
  CHECK(one_line("1234 6", 5) == "1234...");
  CHECK(one_line(std::string(1'000'000, ' ') + "x", 5) == "x");
}

TEST_CASE("a text that looks like a JSON Web Token is not shown") {
  const std::string token = "eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJodHRwcyJ9.c2lnbmF0dXJl_-";
  CHECK(without_tokens("bearer " + token + " is late") == "bearer <redacted> is late");
  CHECK(without_tokens("\"" + token + "\",\"" + token + "\"") == "\"<redacted>\",\"<redacted>\"");
  CHECK(without_tokens("eyJ short") == "eyJ short");
  CHECK(without_tokens("none").find("none") == 0);
  CHECK(without_tokens("").empty());
}
