#include "http/query_string.hpp"

#include "tests/support/catch.hpp"

#include <string>
#include <string_view>

using namespace midas::internal::http;

TEST_CASE("percent escapes and plus signs are decoded") {
  CHECK(percent_decode("https%3A%2F%2Fvault.azure.net%2f") == "https://vault.azure.net/");
  CHECK(percent_decode("a+b%2Bc%20d") == "a b+c d");
  CHECK(percent_decode("") == "");
  CHECK(percent_decode("%C3%A9") == "\xc3\xa9");
  CHECK(percent_decode("%00") == std::string(1, '\0'));
}

TEST_CASE("an incomplete or invalid percent escape is refused") {
  for (const auto* text : {"%", "%2", "a%", "a%4", "%zz", "%4g", "%g4", "%%41", "% 1"}) {
    INFO(text);
    CHECK_FALSE(percent_decode(text));
    CHECK_FALSE(query_string::parse(std::string("resource=") + text));
    CHECK_FALSE(query_string::parse(text));
  }
  // The view ends within the escape, although the text continues.
  CHECK_FALSE(percent_decode(std::string_view("a%41").substr(0, 3)));
}

TEST_CASE("bytes that are not UTF-8 are refused") {
  CHECK_FALSE(percent_decode("%FF"));
  CHECK_FALSE(percent_decode("%C3"));
  CHECK_FALSE(percent_decode("a%C3%28"));
  CHECK_FALSE(percent_decode("%ED%A0%80"));
}

TEST_CASE("a query is split at ampersands and at the first equals sign of each part") {
  const auto query = query_string::parse("a=1&b=x=y&c&&d=&=e");
  REQUIRE(query);
  CHECK(*query->find("a") == "1");
  CHECK(*query->find("b") == "x=y");
  CHECK(query->find("c")->empty());
  CHECK(query->find("d")->empty());
  CHECK(*query->find("") == "e");
  CHECK(query->find("A") == nullptr);
  CHECK(query->repeated() == nullptr);
  CHECK(query_string::parse("")->find("a") == nullptr);
}

TEST_CASE("a repeated name is found even if its escapes differ") {
  CHECK(*query_string::parse("a=1&b=2&a=1")->repeated() == "a");
  CHECK(*query_string::parse("a=1&%61=2")->repeated() == "a");
}
