// Where --store default is.
#include "tools/store/store_location.hpp"

#include "tests/support/catch.hpp"

using namespace midas;
using namespace midas::internal::tools;
using Catch::Matchers::Contains;

TEST_CASE("the default store is in XDG_STATE_HOME, else in the home directory") {
  using variables = state_variables;
  const auto path = [](const variables& set) { return default_store_path(set).value(); };
  CHECK(path({"/state", "/home/a"}) == "/state/midas/tokens.json");
  CHECK(path({"/state", {}}) == "/state/midas/tokens.json");
  const std::string in_home = "/home/a/.local/state/midas/tokens.json";
  CHECK(path({{}, "/home/a"}) == in_home);
  CHECK(path({"", "/home/a"}) == in_home);
  // The home of a container's user.
  CHECK(path({{}, "/"}) == "/.local/state/midas/tokens.json");
  // The XDG specification: relative paths are to be ignored.
  CHECK(path({"state", "/home/a"}) == in_home);
  CHECK(path({"./state", "/home/a"}) == in_home);
}

TEST_CASE("without a home directory, the default store is an error that says what to set") {
  const auto unset = default_store_path({});
  REQUIRE_FALSE(unset);
  CHECK(unset.error().code == errc::invalid_configuration);
  CHECK_THAT(unset.error().message, Contains("HOME is not set"));
  CHECK_THAT(unset.error().advice, Contains("--store") && Contains("XDG_STATE_HOME"));
  CHECK_THAT(default_store_path({{}, ""}).error().message, Contains("HOME is not set"));
  CHECK_THAT(default_store_path({"state", "home/a"}).error().message,
             Contains("\"home/a\", a relative path"));
}
