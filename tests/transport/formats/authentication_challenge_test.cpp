#include "transport/formats/authentication_challenge.hpp"

#include "tests/support/catch.hpp"

#include <string>

using namespace midas::internal;

namespace {

// "bearer realm=[x] error=[y] | basic", and " !7" if the header is malformed from character 7 on.
std::string described(const std::string& header) {
  const auto list = parse_challenges(header);
  std::string result;
  for (const auto& each : list.challenges) {
    result += (result.empty() ? "" : " | ") + each.scheme;
    for (const auto& [name, value] : each.parameters) {
      result.append(" ").append(name).append("=[").append(value).append("]");
    }
  }
  return list.fault ? result + " !" + std::to_string(*list.fault + 1) : result;
}

}  // namespace

TEST_CASE("the challenges of a WWW-Authenticate header are read with their parameters") {
  const auto [header, expected] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {" , ,", ""},
      {"Bearer", "bearer"},
      {"Bearer realm=\"\"", "bearer realm=[]"},
      {"BEARER Realm=\"a b\",Error=x", "bearer realm=[a b] error=[x]"},
      {"Bearer  a=1 ,\t, b = \"2\" ", "bearer a=[1] b=[2]"},
      {"Bearer realm=\"a, Basic b=\\\"c\\\"\\\\\", x=1", "bearer realm=[a, Basic b=\"c\"\\] x=[1]"},
      // RFC 9110, section 11.6.1, with a comma within a quoted string.
      {"Basic realm=\"simple\", Newauth realm=\"apps\", type=1, title=\"Login to \\\"apps\\\"\"",
       "basic realm=[simple] | newauth realm=[apps] type=[1] title=[Login to \"apps\"]"},
      {"Negotiate, Bearer a=1", "negotiate | bearer a=[1]"},
      {"Negotiate YII+/w==, Bearer a=1", "negotiate | bearer a=[1]"},
      {"Negotiate abc, Bearer a=1", "negotiate | bearer a=[1]"},
      {"Bearer a=1, Basic", "bearer a=[1] | basic"},
      // Not of the RFC, but sent by services.
      {"Bearer a=eyJ9/+==, b=2", "bearer a=[eyJ9/+==] b=[2]"},
      {"Bearer a=\"1\" b=\"2\" Basic c=\"3\"", "bearer a=[1] b=[2] | basic c=[3]"},
  }));
  CHECK(described(header) == expected);
}

TEST_CASE("the challenges before the malformed part of a header are read") {
  const auto [header, expected] = GENERATE(table<std::string, std::string>({
      {"=x", " !1"},
      {"Bearer a=\"1\", b=\"2", "bearer a=[1] !15"},
      {"Bearer a=\"1\", b=\"2\\", "bearer a=[1] !15"},
      {"Bearer a=\"1\", (c)", "bearer a=[1] !15"},
      {"claims=\"x\"", "claims !7"},
  }));
  CHECK(described(header) == expected);
}

TEST_CASE("a parameter is found by its name, the first of two") {
  const auto list = parse_challenges("Bearer a=1, A=2");
  REQUIRE(list.challenges.size() == 1);
  REQUIRE(list.challenges.front().find("a") != nullptr);
  CHECK(*list.challenges.front().find("a") == "1");
  CHECK(list.challenges.front().find("b") == nullptr);
}
