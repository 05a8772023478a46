#include <midas/managed_identity.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace midas;

TEST_CASE("an identity is system-assigned unless an id is given") {
  CHECK(managed_identity{} == managed_identity::system_assigned());
  CHECK(managed_identity{}.kind() == identity_kind::system_assigned);
  CHECK(managed_identity{}.id().empty());
  CHECK(managed_identity::client_id("c").kind() == identity_kind::client_id);
  CHECK(managed_identity::object_id("o").kind() == identity_kind::object_id);
  CHECK(managed_identity::resource_id("/r").kind() == identity_kind::resource_id);
  CHECK(managed_identity::resource_id("/r").id() == "/r");
}

TEST_CASE("an identity is valid with any id that fits in a header line") {
  CHECK(managed_identity{}.validate());
  CHECK(managed_identity::client_id("6a5e0c5d-0000-4000-8000-000000000000").validate());
  CHECK(managed_identity::object_id("no GUID").validate());
  CHECK(managed_identity::resource_id("/subscriptions/s/x\xc3\xa4").validate());
}

TEST_CASE("an identity with an empty or malformed id is invalid, and the error names its kind") {
  const std::string id = GENERATE(as<std::string>{}, "", " c", "c ", " ", "c\n", "\tc", "a\rb",
                                  "a\x7f", std::string{"a\0b", 3});
  for (const auto& [identity, name] :
       {std::pair{managed_identity::client_id(id), "client id"},
        std::pair{managed_identity::object_id(id), "object id"},
        std::pair{managed_identity::resource_id(id), "resource id"}}) {
    const auto valid = identity.validate();
    REQUIRE(!valid);
    CHECK(valid.error().code == errc::invalid_identity);
    CHECK(valid.error().message.find(name) != std::string::npos);
    CHECK(!valid.error().advice.empty());
  }
}

TEST_CASE("GUIDs are folded to lower case, resource ids are not") {
  CHECK(managed_identity::client_id("ABC-def").folded() == managed_identity::client_id("abc-def"));
  CHECK(managed_identity::object_id("ABC-def").folded() == managed_identity::object_id("abc-def"));
  CHECK(managed_identity::resource_id("/Sub").folded() == managed_identity::resource_id("/Sub"));
  CHECK(managed_identity{}.folded() == managed_identity{});
}

TEST_CASE("identities differ by kind as well as by id") {
  CHECK(managed_identity::client_id("x") != managed_identity::object_id("x"));
  CHECK(managed_identity::client_id("x") != managed_identity::client_id("y"));
  CHECK(managed_identity::client_id("x") == managed_identity::client_id("x"));
}

TEST_CASE("an identity is shown by kind and id") {
  CHECK(to_string(managed_identity{}) == "system-assigned");
  CHECK(to_string(managed_identity::client_id("c")) == "client id c");
  CHECK(to_string(managed_identity::object_id("o")) == "object id o");
  CHECK(to_string(managed_identity::resource_id("/r")) == "resource id /r");
}
