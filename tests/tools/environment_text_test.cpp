#include "tools/simulate/environment_text.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/program.hpp"

#include <rapidjson/document.h>

#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace midas::internal::tools;

namespace {

const std::string awkward = "it's \"$HOME\" `id` \\ \n two  spaces é";
const std::vector<environment_variable> variables{{"MIDAS_TEST_ONE", "plain"},
                                                  {"MIDAS_TEST_TWO", awkward}};

}  // namespace

TEST_CASE("a shell reads back the value of a variable with special characters") {
  const auto result = run_program(
      "/bin/sh",
      {"-c", as_shell(variables) + "printf '%s|%s' \"$MIDAS_TEST_ONE\" \"$MIDAS_TEST_TWO\""});
  CHECK(result.errors.empty());
  CHECK(result.output == "plain|" + awkward);
}

TEST_CASE("variables are exported, not just set") {
  const auto result =
      run_program("/bin/sh", {"-c", as_shell(variables) + "sh -c 'printf %s \"$MIDAS_TEST_ONE\"'"});
  CHECK(result.output == "plain");
}

TEST_CASE("variables are one JSON object on one line") {
  const auto text = as_json(variables);
  CHECK(text.find('\n') == text.size() - 1);
  rapidjson::Document document;
  document.Parse(text.c_str());
  REQUIRE_FALSE(document.HasParseError());
  CHECK(document["MIDAS_TEST_ONE"].GetString() == std::string{"plain"});
  CHECK(document["MIDAS_TEST_TWO"].GetString() == awkward);
  CHECK(as_json({}) == "{}\n");
  CHECK(as_shell({}).empty());
}
