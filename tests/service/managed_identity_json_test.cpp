#include "tests/support/catch.hpp"
#include <midas/managed_identity.hpp>

#include <string>
#include <utility>

using namespace midas;

TEST_CASE("an identity is read from the JSON form that MSAL Python reads") {
  const auto [json, identity] = GENERATE(table<std::string, managed_identity>({
      {R"({"ManagedIdentityIdType":"ClientId","Id":"c"})", managed_identity::client_id("c")},
      {R"({"ManagedIdentityIdType":"ObjectId","Id":"o"})", managed_identity::object_id("o")},
      {R"({"ManagedIdentityIdType":"ResourceId","Id":"/subscriptions/s"})",
       managed_identity::resource_id("/subscriptions/s")},
      {R"({"ManagedIdentityIdType":"SystemAssigned","Id":null})",
       managed_identity::system_assigned()},
      {R"({"ManagedIdentityIdType":"SystemAssigned"})", managed_identity::system_assigned()},
      {R"( { "Id" : "A\u007e\/B" , "ManagedIdentityIdType" : "ClientId" } )",
       managed_identity::client_id("A~/B")},
      {R"({"ManagedIdentityIdType":"ClientId","Id":"c","Comment":{"Id":"no"}})",
       managed_identity::client_id("c")},
      {"\xef\xbb\xbf"
       R"({"ManagedIdentityIdType":"ClientId","Id":"c"})",
       managed_identity::client_id("c")},
  }));
  const auto read = parse_managed_identity(json);
  REQUIRE(read);
  CHECK(*read == identity);
}

TEST_CASE("JSON that is not an identity is rejected; the error quotes it and says how to fix it") {
  const std::string json = GENERATE(
      as<std::string>{}, "", "ClientId", "null", "[]", R"("ClientId")", "{}", "{", R"({"Id":"c"})",
      R"({"ManagedIdentityIdType":"ClientId"})",
      R"({"ManagedIdentityIdType":"ClientId","Id":null})",
      R"({"ManagedIdentityIdType":"ClientId","Id":""})",
      R"({"ManagedIdentityIdType":"ClientId","Id":" c"})",
      R"({"ManagedIdentityIdType":"ClientId","Id":"c\n"})",
      R"({"ManagedIdentityIdType":"ClientId","Id":"c\u0000d"})",
      R"({"ManagedIdentityIdType":"ClientId","Id":7})",
      R"({"ManagedIdentityIdType":"ClientId","Id":true})",
      R"({"ManagedIdentityIdType":"ClientId","Id":["c"]})",
      R"({"ManagedIdentityIdType":"ClientId","Id":{"Id":"c"}})",
      R"({"ManagedIdentityIdType":"ClientId","id":"c"})",
      R"({"ManagedIdentityIdType":"clientid","Id":"c"})",
      R"({"ManagedIdentityIdType":"undefined","Id":"foo"})",
      R"({"ManagedIdentityIdType":"","Id":"c"})", R"({"ManagedIdentityIdType":null,"Id":"c"})",
      R"({"ManagedIdentityIdType":1,"Id":"c"})",
      R"({"ManagedIdentityIdType":["ClientId"],"Id":"c"})",
      R"({"ManagedIdentityIdType":"SystemAssigned","Id":"c"})",
      R"({"ManagedIdentityIdType":"SystemAssigned","Id":""})",
      R"({"ManagedIdentityIdType":"SystemAssigned","Id":0})",
      R"({"ManagedIdentityIdType":"ClientId","Id":"c"} x)",
      R"({"ManagedIdentityIdType":"ClientId","Id":"c",})",
      R"([{"ManagedIdentityIdType":"ClientId","Id":"c"}])");
  const auto read = parse_managed_identity(json);
  REQUIRE(!read);
  CHECK(read.error().code == errc::invalid_identity);
  CHECK(read.error().message.find("'" + json + "'") != std::string::npos);
  CHECK(read.error().advice.find("ManagedIdentityIdType") != std::string::npos);
}

TEST_CASE("the error says what is wrong with the JSON") {
  const auto [json, reason] = GENERATE(table<std::string, std::string>({
      {"x", "is not JSON"},
      {"[]", "is not a JSON object"},
      {"{}", "has no ManagedIdentityIdType"},
      {R"({"ManagedIdentityIdType":1})", "not a string"},
      {R"({"ManagedIdentityIdType":"x"})", "unknown ManagedIdentityIdType"},
      {R"({"ManagedIdentityIdType":"ObjectId"})", "has no Id"},
      {R"({"ManagedIdentityIdType":"ObjectId","Id":1})", "Id that is not a string"},
      {R"({"ManagedIdentityIdType":"ObjectId","Id":""})", "object id of the user-assigned"},
      {R"({"ManagedIdentityIdType":"SystemAssigned","Id":"c"})", "but has an Id"},
  }));
  CHECK(parse_managed_identity(json).error().message.find(reason) != std::string::npos);
}

TEST_CASE("the error for an id alone names the function that takes it") {
  const auto [text, function] = GENERATE(table<std::string, std::string>({
      {"6a5e3c1b-0000-1111-2222-333344445555", "managed_identity::client_id()"},
      {"6A5E3C1B-0000-1111-2222-333344445555", "object_id()"},
      {"/subscriptions/1/resourceGroups/g/providers/p/i", "managed_identity::resource_id()"},
  }));
  CHECK(parse_managed_identity(text).error().advice.find(function) != std::string::npos);
  CHECK(parse_managed_identity("x").error().advice.starts_with("Use {"));
}

TEST_CASE("an identity that is written as JSON is read back unchanged") {
  const auto identity =
      GENERATE(managed_identity::system_assigned(), managed_identity::client_id("c"),
               managed_identity::object_id("with \"quotes\" and \\"),
               managed_identity::resource_id("/subscriptions/s/~"));
  CHECK(*parse_managed_identity(to_json(identity)) == identity);
}

TEST_CASE("the JSON of an identity uses MSAL Python's names") {
  CHECK(to_json(managed_identity::client_id("c")) ==
        R"({"ManagedIdentityIdType":"ClientId","Id":"c"})");
  CHECK(to_json(managed_identity{}) == R"({"ManagedIdentityIdType":"SystemAssigned","Id":null})");
}
