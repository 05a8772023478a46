#include "transport/formats/json_object.hpp"

#include "tests/support/catch.hpp"

#include <array>
#include <string>

using namespace midas;
using namespace midas::internal;
using outcome = json_reading::outcome;

namespace {

struct read_members {
  explicit read_members(std::string_view json) : text(json), reading(read_json_object(text, all)) {}

  sensitive_string text;
  std::array<json_member, 3> all{{{.name = "a"}, {.name = "o"}, {.name = "a", .parent = "o"}}};
  json_reading reading;

  [[nodiscard]] std::string a() const { return shown(all[0]); }
  [[nodiscard]] std::string o() const { return shown(all[1]); }
  [[nodiscard]] std::string o_a() const { return shown(all[2]); }

  static std::string shown(const json_member& member) {
    return std::string{to_string(member.kind)} + ":" + std::string{member.text};
  }
};

std::string repeated(std::string_view text, std::size_t count) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i) {
    result += text;
  }
  return result;
}

}  // namespace

TEST_CASE("members of a JSON object are found by name, whatever their type") {
  const auto [json, a] = GENERATE(table<std::string, std::string>({
      {R"({"a":"text"})", "string:text"},
      {R"({"a":""})", "string:"},
      {R"({"a":"\"\\\/\n\u0041\ud83d\ude00"})", "string:\"\\/\nA\xf0\x9f\x98\x80"},
      {R"({"a":3600})", "number:3600"},
      {R"({"a":-3600.50})", "number:-3600.50"},
      {R"({"a":1e+3,"b":2})", "number:1e+3"},
      {R"({"a":123456789012345678901234567890})", "number:123456789012345678901234567890"},
      {R"({"a":null})", "null:"},
      {R"({"a":true})", "boolean:"},
      {R"({"a":[1,"x",{"a":"no"}]})", "array:"},
      {R"({"a":{"a":"no"}})", "object:"},
      {R"({"b":{"a":"no"},"c":[{"a":"no"}]})", "absent:"},
      {R"({})", "absent:"},
      {R"({"\u0061":1})", "number:1"},
      {R"({"a\u0000":1})", "absent:"},
      {" \t\r\n{ \"b\" : 7 , \"a\" : 1 }\n", "number:1"},
      {"\xef\xbb\xbf{\"a\":1}", "number:1"},
  }));
  const read_members read{json};
  CHECK(read.reading.result == outcome::object);
  CHECK(read.a() == a);
}

TEST_CASE("among members with the same name, the last one wins") {
  CHECK(read_members{R"({"a":"first","a":"last"})"}.a() == "string:last");
  CHECK(read_members{R"({"a":"first","a":null})"}.a() == "null:");
  CHECK(read_members{R"({"o":{"a":1,"a":2}})"}.o_a() == "number:2");
  CHECK(read_members{R"({"o":{"a":1},"o":{"b":2}})"}.o_a() == "absent:");
  CHECK(read_members{R"({"o":{"a":1},"o":"text"})"}.o_a() == "absent:");
  CHECK(read_members{R"({"o":{"a":1},"o":"text"})"}.o() == "string:text");
}

TEST_CASE("members of a nested object are found, but not of deeper ones") {
  CHECK(read_members{R"({"o":{"a":"inner"},"a":"outer"})"}.o_a() == "string:inner");
  CHECK(read_members{R"({"o":{"a":"inner"},"a":"outer"})"}.a() == "string:outer");
  CHECK(read_members{R"({"o":{"x":{"a":1}}})"}.o_a() == "absent:");
  CHECK(read_members{R"({"o":[{"a":1}]})"}.o_a() == "absent:");
  CHECK(read_members{R"({"x":{"a":1}})"}.o_a() == "absent:");
}

TEST_CASE("all members are counted, including those not requested") {
  CHECK(read_members{R"({})"}.reading.members == 0);
  CHECK(read_members{R"({"a":1,"b":{"c":1,"d":2},"e":[1,2]})"}.reading.members == 3);
}

TEST_CASE("JSON that is not an object is distinguished from text that is not JSON") {
  for (const auto* json : {"[]", "[{\"a\":1}]", "\"a\"", "1", "null", "true"}) {
    CHECK(read_members{json}.reading.result == outcome::other_value);
  }
}

TEST_CASE("malformed JSON yields no members, not even those before the error") {
  const std::string json = GENERATE(
      as<std::string>{}, "", " ", "\xef\xbb\xbf", "{", R"({"a":1)", R"({"a":1,})", R"({"a":1}})",
      R"({"a":1} x)", R"({"a":1}{"a":2})", R"({"a":"text)", R"({'a':1})", R"({a:1})",
      R"({"a":1,"b":01})", R"({"a":1,"b":+1})", R"({"a":1,"b":.5})", R"({"a":1,"b":1.})",
      R"({"a":1,"b":NaN})", R"({"a":1,"b":tru})", R"({"a":1,"b":"\x"})", R"({"a":1,"b":"\u12"})",
      R"({"a":1,"b":"\ud800"})", "{\"a\":1,\"b\":\"\n\"}", "{\"a\":1,\"b\":\"\xff\"}",
      "{\"a\":1,\"b\":\"\xc0\xaf\"}", "{\"a\":1,\"b\":\"\xed\xa0\x80\"}", "{\"a\":1}\xef\xbb\xbf",
      std::string{"{\"a\":1}\0", 8}, std::string{"{\"a\":1}\0x", 9}, std::string{"\0", 1},
      "<html></html>", R"({"a":1 /* comment */})");
  const read_members read{json};
  CHECK(read.reading.result == outcome::malformed);
  CHECK(read.a() == "absent:");
}

TEST_CASE("deep nesting is rejected without overflowing the stack") {
  constexpr std::size_t mebibyte = 1U << 20U;
  CHECK(read_members{repeated("[", mebibyte)}.reading.result == outcome::other_value);
  CHECK(read_members{repeated("{\"a\":", mebibyte / 5)}.reading.result == outcome::malformed);
  CHECK(read_members{"{\"a\":1,\"b\":" + repeated("[", mebibyte)}.reading.result ==
        outcome::malformed);
  CHECK(read_members{"{\"b\":" + repeated("[", mebibyte / 2) + repeated("]", mebibyte / 2) + "}"}
            .reading.result == outcome::malformed);
  CHECK(read_members{"{\"b\":" + repeated("[", 60) + repeated("]", 60) + ",\"a\":1}"}.a() ==
        "number:1");
}

TEST_CASE("strings are found in the buffer itself, so that no copy remains elsewhere") {
  sensitive_string text = R"({"a":"a text that is longer than any small string \u0041"})";
  std::array<json_member, 1> wanted{{{.name = "a"}}};
  REQUIRE(read_json_object(text, wanted).result == outcome::object);
  CHECK(wanted[0].text.data() >= text.data());
  CHECK(wanted[0].text.data() + wanted[0].text.size() <= text.data() + text.size());
  CHECK(wanted[0].text == "a text that is longer than any small string A");
}
