#include "proxy/access/access_policy.hpp"

#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal::proxy;
using Catch::Matchers::Contains;

namespace {

const std::string key_vault = "https://vault.azure.net";
const std::string storage = "https://storage.azure.com";
const std::string an_id = "11111111-2222-4333-8444-555555555555";

proxy_configuration rules_of_two_users() {
  proxy_configuration result;
  result.allowed_uids = {1000, 1001, 1002};
  result.tokens = {.resources = {{key_vault}}, .identities = {{"system-assigned"}}};
  result.users = {{.uid = 1001, .tokens = {.resources = {{storage}}}},
                  {.uid = 1002, .tokens = {.resources = {{"*"}}, .identities = {{an_id}}}}};
  return result;
}

client user(uid_t uid) { return {.connection = 1, .uid = uid}; }
const client unknown{.connection = 2};

std::string reason_for(const access_policy& policy, const client& who, const std::string& resource,
                       const managed_identity& identity = {}) {
  const auto denied = policy.check(who, {.resource = resource, .identity = identity});
  return denied ? std::string{denied->reason} : "allowed";
}

}  // namespace

TEST_CASE("without a list of users, every client may connect") {
  const access_policy open{proxy_configuration{}};
  CHECK(open.admits(user(1000)));
  CHECK(open.admits(unknown));
}

TEST_CASE("with a list of users, a client that is not on it or is unknown may not connect") {
  const access_policy policy{rules_of_two_users()};
  CHECK(policy.admits(user(1001)));
  CHECK_FALSE(policy.admits(user(1003)));
  CHECK_FALSE(policy.admits(user(0)));
  CHECK_FALSE(policy.admits(unknown));
  proxy_configuration nobody;
  nobody.allowed_uids.emplace();
  CHECK_FALSE(access_policy{nobody}.admits(user(0)));
}

TEST_CASE("a user without rules, and an unknown one, has the general rules") {
  const access_policy policy{rules_of_two_users()};
  for (const auto& who : {user(1000), unknown}) {
    CHECK(reason_for(policy, who, key_vault) == "allowed");
    CHECK(reason_for(policy, who, storage) == "resource_not_allowed");
    CHECK(reason_for(policy, who, key_vault, managed_identity::client_id(an_id)) ==
          "identity_not_allowed");
  }
}

TEST_CASE("a list of a user replaces the general one; an absent one does not") {
  const access_policy policy{rules_of_two_users()};
  CHECK(reason_for(policy, user(1001), storage) == "allowed");
  CHECK(reason_for(policy, user(1001), key_vault) == "resource_not_allowed");
  CHECK(reason_for(policy, user(1001), storage, managed_identity::object_id(an_id)) ==
        "identity_not_allowed");
  CHECK(reason_for(policy, user(1002), storage, managed_identity::object_id(an_id)) == "allowed");
  CHECK(reason_for(policy, user(1002), storage) == "identity_not_allowed");
}

TEST_CASE("a denial names what was asked and the remedy, and nothing of the rules") {
  const access_policy policy{rules_of_two_users()};
  const auto denied = policy.check(user(1000), {.resource = storage + "/\r\nX: y"});
  REQUIRE(denied);
  CHECK_THAT(denied->text, Contains("https://storage.azure.com/??X: y") &&
                               Contains("administrator") && !Contains("1001"));
  const auto other = policy.check(
      user(1000), {.resource = key_vault, .identity = managed_identity::client_id("x\xff\n")});
  REQUIRE(other);
  CHECK_THAT(other->text, Contains("client id x??") && !Contains(an_id));
}
