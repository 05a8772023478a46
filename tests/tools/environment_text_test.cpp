#include "tools/environment_text.hpp"

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
const std::vector<environment_variable> sample_variables{{"MIDAS_TEST_ONE", "plain"},
                                                         {"MIDAS_TEST_TWO", awkward}};

}  // namespace

TEST_CASE("a shell reads back the value of a variable with special characters") {
  const auto result =
      run_program("/bin/sh", {"-c", environment_text(environment_format::sh, sample_variables) +
                                        "printf '%s|%s' \"$MIDAS_TEST_ONE\" \"$MIDAS_TEST_TWO\""});
  CHECK(result.errors.empty());
  CHECK(result.output == "plain|" + awkward);
}

TEST_CASE("variables are exported, not just set") {
  const auto result =
      run_program("/bin/sh", {"-c", environment_text(environment_format::sh, sample_variables) +
                                        "sh -c 'printf %s \"$MIDAS_TEST_ONE\"'"});
  CHECK(result.output == "plain");
}

TEST_CASE("variables are one JSON object on one line") {
  const auto text = environment_text(environment_format::json, sample_variables);
  CHECK(text.find('\n') == text.size() - 1);
  rapidjson::Document document;
  document.Parse(text.c_str());
  REQUIRE_FALSE(document.HasParseError());
  CHECK(document["MIDAS_TEST_ONE"].GetString() == std::string{"plain"});
  CHECK(document["MIDAS_TEST_TWO"].GetString() == awkward);
  CHECK(environment_text(environment_format::json, {}) == "{}\n");
  CHECK(environment_text(environment_format::sh, {}).empty());
}

TEST_CASE("PowerShell's quotes are doubled, the typographic ones too") {
  const std::vector<environment_variable> quoted{{"MIDAS_TEST", "it's \u2019 $HOME"}};
  CHECK(environment_text(environment_format::powershell, quoted) ==
        "$env:MIDAS_TEST = 'it''s \u2019\u2019 $HOME'\n");
}

TEST_CASE("Docker's file has values as they are, and cannot have a line break") {
  const std::vector<environment_variable> plain{{"MIDAS_TEST", "a=\"b\" #c"}};
  CHECK(environment_text(environment_format::docker, plain) == "MIDAS_TEST=a=\"b\" #c\n");
  CHECK_THROWS_WITH(environment_text(environment_format::docker, sample_variables),
                    "the value of MIDAS_TEST_TWO has a line break, which the format docker cannot "
                    "express; choose another format");
}

TEST_CASE("systemd's drop-in escapes quotes, backslashes, line breaks and specifiers") {
  const std::vector<environment_variable> special{{"MIDAS_TEST", "50% \"\\\n"}};
  CHECK(environment_text(environment_format::systemd, special) ==
        "[Service]\nEnvironment=\"MIDAS_TEST=50%% \\\"\\\\\\n\"\n");
}

TEST_CASE("the list for Kubernetes escapes references to variables") {
  const std::vector<environment_variable> special{{"MIDAS_TEST", "$(HOME) \""}};
  CHECK(environment_text(environment_format::kubernetes, special) ==
        "env:\n- name: MIDAS_TEST\n  value: \"$$(HOME) \\\"\"\n");
}
