#include "transport/formats/host_text.hpp"

#include "tests/support/catch.hpp"
#include "transport/formats/escaped_text.hpp"

#include <array>
#include <chrono>
#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace std::chrono_literals;

namespace {

const std::vector<secret> proofs{secret{"ABCD-efgh-1234"}};

constexpr std::array every_kind{escape_kind::url, escape_kind::json, escape_kind::html};

std::string shown(std::string_view text, std::size_t max_bytes = 100) {
  return shown_host_text(text, proofs, max_bytes);
}

std::string unescaped(std::string_view text) {
  std::string result;
  for (const auto& each : without_escapes(read_placed(text), every_kind)) {
    result += each.value;
  }
  return result;
}

}  // namespace

TEST_CASE("a proof in a host's text is replaced, and the text around it stays") {
  const auto [text, result] = GENERATE(table<std::string, std::string>({
      {"ABCD-efgh-1234", "<redacted>"},
      {"the header abcd-EFGH-1234 is wrong", "the header <redacted> is wrong"},
      {"ABCD-efgh-1234ABCD-efgh-1234", "<redacted>"},
      {"ABCD-efgh-1234, ABCD-efgh-1234", "<redacted>, <redacted>"},
      {"AB CD-\nefgh -1234!", "<redacted>!"},
      {"x%41BCD%2defgh-1234y", "x<redacted>y"},
      {R"(x\u0041BCD\u002defgh-1234y)", "x<redacted>y"},
      {"x&#65;BCD&#x2D;efgh-1234y", "x<redacted>y"},
      // Base64 of "ABCD-efgh-1234", alone and after one and two other bytes.
      {"QUJDRC1lZmdoLTEyMzQ=", "<redacted>Q="},
      {"eEFCQ0QtZWZnaC0xMjM0", "eE<redacted>"},
      {"eHhBQkNELWVmZ2gtMTIzNA==", "eHh<redacted>A=="},
      {"nothing of it", "nothing of it"},
      {"", ""},
  }));
  CHECK(shown(text) == result);
}

TEST_CASE("eight characters of a proof are replaced, seven are not") {
  CHECK(shown("x ABCD-efg y") == "x <redacted> y");
  CHECK(shown("x ABCD-ef y") == "x ABCD-ef y");
  CHECK(shown("x gh-1234 y") == "x gh-1234 y");
  CHECK(shown("x fgh-1234 y") == "x <redacted> y");
}

TEST_CASE("a short proof is replaced as a whole, and one of three characters is none") {
  const std::vector<secret> four{secret{"k3y!"}};
  CHECK(shown_host_text("k3y!k3y! K3Y%21 k3y", four, 100) == "<redacted> <redacted> k3y");
  CHECK(shown_host_text("abc", std::vector{secret{"abc"}}, 100) == "abc");
  CHECK(shown_host_text("text", std::vector{secret{}}, 100) == "text");
}

TEST_CASE("three nested escapes hide no proof") {
  CHECK(shown("%41BCD-efgh-1234") == "<redacted>");
  CHECK(shown("%2541BCD%252Defgh%252D1234") == "<redacted>");
  CHECK(shown("%252541BCD%25252Defgh%25252D1234") == "<redacted>");
  CHECK(shown("\\\\u0026#65;BCD-efgh-1234") == "<redacted>");
}

TEST_CASE("a proof that contains what looks like an escape is replaced in each of its forms") {
  const auto [proof, text] = GENERATE(table<std::string, std::string>({
      {R"(!!/!%00!"!)", R"(!!\\\/!%00!\\\"!)"},
      {R"(!!/!%00!"!)", R"(!!\/!%00!\"!)"},
      {R"("%41"%41"%41"%41")", R"(\"%41\"%41\"%41\"%41\")"},
      {R"("%41"%41"%41"%41")", R"(%22%2541%22%2541%22%2541%22%2541%22)"},
      {R"("%41"%41"%41"%41")", R"(&quot;%41&quot;%41&quot;%41&quot;%41&quot;)"},
      {R"(\n\n"\n\n"\n\n")", R"(\\n\\n\"\\n\\n\"\\n\\n\")"},
      {R"(&lt;&lt;%&lt;)", R"(%26lt%3b%26lt%3b%25%26lt%3b)"},
      {R"(&lt;&lt;%&lt;)", R"(&amp;lt;&amp;lt;%25&amp;lt;)"},
  }));
  CHECK(shown_host_text(text, std::vector{secret{proof}}, 100) == "<redacted>");
}

TEST_CASE("a text is searched before it is cut") {
  for (std::size_t before = 80; before <= 100; ++before) {
    const auto text = shown(std::string(before, '.') + "ABCD-efgh-1234", 100);
    CHECK(text.find("ABCD") == std::string::npos);
  }
  // Also at the end of the part that is considered at all.
  for (std::size_t before = 600; before <= 680; ++before) {
    const auto text = shown("x" + std::string(before, ' ') + "ABCD-efgh-1234", 100);
    CHECK(text.find("ABCD") == std::string::npos);
  }
}

TEST_CASE("a text of a megabyte takes no longer than a short one") {
  const auto begun = std::chrono::steady_clock::now();
  CHECK(shown(std::string(1'000'000, ' ') + "ABCD-efgh-1234") == "<redacted>");
  CHECK(shown(std::string(1'000'000, 'x')) == std::string(100, 'x') + "...");
  CHECK(std::chrono::steady_clock::now() - begun < 10s);
}

TEST_CASE("a token is replaced, too") {
  CHECK(shown("eyJhbGciOiJub25lIn0.eyJhIjoxfQ.c2ln and ABCD-efgh-1234") ==
        "<redacted> and <redacted>");
}

TEST_CASE("whether a text repeats a proof is known without the text being shown") {
  CHECK(repeats_proof("abcd-efgh-1234", proofs));
  CHECK_FALSE(repeats_proof("Bearer", proofs));
  CHECK_FALSE(repeats_proof("abcd-efgh-1234", {}));
}

TEST_CASE("escapes are read as in URLs, JSON and HTML") {
  const auto [text, result] = GENERATE(table<std::string, std::string>({
      {"%2b%2B%4a", "++j"},
      {"%2", "%2"},
      {"%zz%", "%zz%"},
      {"100%", "100%"},
      {R"(\u002b\x2B\/\"\\\')", "++/\"\\'"},
      {R"(a\n\r\t\b\fb)", "ab"},
      {R"(\u12\q\)", R"(\u12\q\)"},
      {R"(\u00e9\u20ac)", "\xc3\xa9?"},
      {"&amp;&lt;&gt;&quot;&apos;", "&<>\"'"},
      {"&#43;&#x2b;&#x2B;&#43", "++++"},
      {"&#;&#x;&;&copy;", "&#;&#x;&;&copy;"},
      {"A b\tC", "abc"},
  }));
  CHECK(unescaped(text) == result);
}

TEST_CASE("escapes of a kind are read without those of others") {
  const auto read = [](escape_kind kind) {
    std::string result;
    for (const auto& each : without_escapes(read_placed("%41\\u0042&#67;"), std::array{kind})) {
      result += each.value;
    }
    return result;
  };
  CHECK(read(escape_kind::url) == "a\\u0042&#67;");
  CHECK(read(escape_kind::json) == "%41b&#67;");
  CHECK(read(escape_kind::html) == "%41\\u0042c");
}

TEST_CASE("each character has the part of the text that it came from") {
  const auto read = without_escapes(read_placed("a %41\\u0042"), every_kind);
  REQUIRE(read.size() == 3);
  CHECK(read[0].begin == 0);
  CHECK(read[0].end == 1);
  CHECK(read[1].begin == 2);
  CHECK(read[1].end == 5);
  CHECK(read[2].begin == 5);
  CHECK(read[2].end == 11);
}
