#include "transport/formats/plain_value.hpp"

#include "tests/support/catch.hpp"

#include <string>

using namespace midas::internal;

TEST_CASE("byte-order marks and white space at the ends of a value are removed") {
  const auto [text, value] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {" \t\r\n\v\f", ""},
      {"a", "a"},
      {"a b", "a b"},
      {"a\r\n", "a"},
      {"\xef\xbb\xbf"
       "a\r\n",
       "a"},
      {" \xef\xbb\xbf\xc2\xa0 a\xef\xbb\xbf", "a"},
      {"\xef\xbb"
       "a",
       "\xef\xbb"
       "a"},
  }));
  CHECK(without_margins(text) == value);
}

TEST_CASE("a GUID or a name has no characters that only placeholders and quotes have") {
  for (const auto* text : {"11111111-2222-3333-4444-555555555555", "a", "fake_ID", "a.b-c",
                           "{11111111-2222-3333-4444-555555555555}"}) {
    CHECK(is_guid_or_name(text));
  }
  for (const auto* text :
       {"", "a b", "<client id>", "${ID}", "\"a\"", "{a}", "a/b", "a\n", "\xc3\xa9"}) {
    CHECK_FALSE(is_guid_or_name(text));
  }
}

TEST_CASE("the intended form of a malformed value is recognized") {
  using namespace std::string_literals;
  const auto [text, advice] = GENERATE(table<std::string, std::string>({
      {"\"http://localhost\"", "quotation marks"},
      {"'a'", "quotation marks"},
      {"${AZURE_CLIENT_ID}", "placeholder"},
      {"$(AZURE_CLIENT_ID)", "placeholder"},
      {"<client-id>", "placeholder"},
      {"{{ client }}", "placeholder"},
      {"\xff\xfe"
       "a\0"s,
       "UTF-16"},
      {"a\0b\0"s, "UTF-16"},
  }));
  CHECK(advice_for_value(text).find(advice) != std::string_view::npos);
  for (const auto* plain : {"", "\"", "a", "http://localhost", "{a}", "a'"}) {
    CHECK(advice_for_value(plain).empty());
  }
}
