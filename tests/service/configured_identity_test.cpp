// The identity of requests that name none, from the options and from MANAGED_IDENTITY.
#include "service/configured_identity.hpp"

#include "tests/support/catch.hpp"

#include <string>

using namespace midas;
using namespace midas::internal;
using Catch::Matchers::Contains;

namespace {

constexpr auto guid = "6a5e3c1b-0000-1111-2222-333344445555";

host_environment with_variable(const std::string& value) {
  return {.variables = {{"MANAGED_IDENTITY", sensitive_string{value}}}};
}

expected<configured_identity> read(const std::string& value) {
  return configure_identity({.identity_from_environment = true}, with_variable(value));
}

}  // namespace

TEST_CASE("without an option and without the variable, no identity is configured") {
  CHECK_FALSE(configure_identity({}, {})->identity);
  const auto none = configure_identity({.identity_from_environment = true}, {});
  REQUIRE(none);
  CHECK_FALSE(none->identity);
  CHECK(none->variable.empty());
}

TEST_CASE("the variable counts only if the options say so") {
  CHECK_FALSE(configure_identity({}, with_variable(guid))->identity);
  CHECK(configure_identity({}, with_variable("nonsense")));
}

TEST_CASE("the option outweighs the variable, even an unusable one") {
  const auto identity = managed_identity::object_id("o");
  for (const auto* value : {guid, "nonsense"}) {
    const auto result = configure_identity(
        {.identity = identity, .identity_from_environment = true}, with_variable(value));
    REQUIRE(result);
    CHECK(result->identity == identity);
    CHECK(result->variable.empty());
  }
}

TEST_CASE("the variable names an identity in JSON, or a client id alone") {
  const std::string id{guid};
  const auto [value, identity] = GENERATE_COPY(table<std::string, managed_identity>({
      {R"({"ManagedIdentityIdType":"ClientId","Id":")" + id + R"("})",
       managed_identity::client_id(id)},
      {R"({"ManagedIdentityIdType":"ObjectId","Id":"o"})", managed_identity::object_id("o")},
      {R"({"ManagedIdentityIdType":"ResourceId","Id":"/r"})", managed_identity::resource_id("/r")},
      {R"({"ManagedIdentityIdType":"SystemAssigned"})", managed_identity::system_assigned()},
      {id, managed_identity::client_id(id)},
      {"6A5E3C1B-0000-1111-2222-333344445555",
       managed_identity::client_id("6A5E3C1B-0000-1111-2222-333344445555")},
      {" " + id + "\r\n", managed_identity::client_id(id)},
  }));
  const auto result = read(value);
  REQUIRE(result);
  CHECK(result->identity == identity);
  CHECK(result->identity->is_named());
  CHECK(result->variable == "MANAGED_IDENTITY");
}

TEST_CASE("an unusable variable is an error that names it and the right form, not its value") {
  const auto [value, reason] = GENERATE(table<std::string, std::string>({
      {"", "is set, but empty"},
      {" \n", "is set, but empty"},
      {"hidden", "is not JSON"},
      {"{hidden", "is not JSON"},
      {R"(["hidden"])", "is not a JSON object"},
      {R"({"Id":"hidden"})", "has no ManagedIdentityIdType"},
      {R"({"ManagedIdentityIdType":"hidden"})", "has an unknown ManagedIdentityIdType"},
      {R"({"ManagedIdentityIdType":"ClientId"})", "has no Id"},
      // One digit is missing, and one is wrong.
      {"6a5e3c1b-0000-1111-2222-33334444555", "is not a JSON object"},
      {"6a5e3c1b-0000-1111-2222-33334444555g", "is not a JSON object"},
  }));
  const auto result = read(value);
  REQUIRE_FALSE(result);
  const auto& problem = result.error();
  CHECK(problem.code == errc::invalid_configuration);
  CHECK(problem.message == "MANAGED_IDENTITY " + reason);
  CHECK_THAT(problem.advice, Contains(R"({"ManagedIdentityIdType": "ClientId", "Id": "..."})") &&
                                 Contains("client id alone"));
  CHECK_THAT(to_string(problem), !Contains("hidden"));
}

TEST_CASE("quotation marks and placeholders in the variable are recognized") {
  const auto [value, advice] = GENERATE(table<std::string, std::string>({
      {R"('{"ManagedIdentityIdType":"SystemAssigned"}')", "Remove the quotation marks"},
      {"${CLIENT_ID}", "Replace the placeholder"},
  }));
  CHECK_THAT(read(value).error().advice, Contains(advice));
}
