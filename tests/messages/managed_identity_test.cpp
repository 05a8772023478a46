#include "messages/plain_text.hpp"
#include "tests/support/catch.hpp"
#include <midas/managed_identity.hpp>

#include <compare>
#include <string>
#include <utility>

using namespace midas;
using internal::printable;

TEST_CASE("an identity is system-assigned unless an id is given") {
  CHECK(managed_identity{} == managed_identity::system_assigned());
  CHECK(managed_identity{}.kind() == identity_kind::system_assigned);
  CHECK(managed_identity{}.id().empty());
  CHECK(managed_identity::client_id("c").kind() == identity_kind::client_id);
  CHECK(managed_identity::object_id("o").kind() == identity_kind::object_id);
  CHECK(managed_identity::resource_id("/r").kind() == identity_kind::resource_id);
  CHECK(managed_identity::resource_id("/r").id() == "/r");
}

TEST_CASE("only a default-constructed identity leaves the choice to the service") {
  CHECK_FALSE(managed_identity{}.is_named());
  CHECK_FALSE(managed_identity{}.folded().is_named());
  CHECK(managed_identity::system_assigned().is_named());
  CHECK(managed_identity::system_assigned().folded().is_named());
  CHECK(managed_identity::client_id("c").is_named());
  // Both are the same key.
  CHECK(std::is_eq(managed_identity{} <=> managed_identity::system_assigned()));
  CHECK(managed_identity{} < managed_identity::client_id("a"));
  CHECK(managed_identity::client_id("a") < managed_identity::client_id("b"));
  CHECK(managed_identity::client_id("b") < managed_identity::object_id("a"));
}

TEST_CASE("an identity is valid with any id of printable ASCII characters") {
  CHECK(managed_identity{}.validate());
  CHECK(managed_identity::client_id("6a5e0c5d-0000-4000-8000-000000000000").validate());
  CHECK(managed_identity::object_id("no GUID").validate());
  CHECK(managed_identity::resource_id("/subscriptions/s/~!").validate());
}

TEST_CASE("an identity with an empty or malformed id is invalid, and the error names its kind") {
  const std::string id = GENERATE(as<std::string>{}, "", " c", "c ", " ", "c\n", "\tc", "a\rb",
                                  "a\x7f", std::string{"a\0b", 3}, "\x9b[31m", "caf\xc3\xa9",
                                  "\xe2\x80\xae", "\xff", std::string(2'049, 'x'));
  for (const auto& [identity, name] :
       {std::pair{managed_identity::client_id(id), "client id"},
        std::pair{managed_identity::object_id(id), "object id"},
        std::pair{managed_identity::resource_id(id), "resource id"}}) {
    const auto valid = identity.validate();
    REQUIRE(!valid);
    CHECK(valid.error().code == errc::invalid_identity);
    CHECK(valid.error().message.find(name) != std::string::npos);
    CHECK(valid.error().message.size() < 250);
    CHECK(!valid.error().advice.empty());
    CHECK(printable(to_string(valid.error())) == to_string(valid.error()));
  }
}

TEST_CASE("the length of an id is limited, and the error states the length and the limit") {
  const auto of_size = [](std::size_t size) { return std::string(size, 'x'); };
  CHECK(managed_identity::client_id(of_size(2'048)).validate());
  CHECK(managed_identity::resource_id(of_size(2'048)).validate());
  for (const auto& [identity, size] :
       {std::pair{managed_identity::client_id(of_size(2'049)), "2049"},
        std::pair{managed_identity::object_id(of_size(1'100'000)), "1100000"},
        std::pair{managed_identity::resource_id(of_size(2'049)), "2049"}}) {
    const auto valid = identity.validate();
    REQUIRE_FALSE(valid);
    CHECK(valid.error().code == errc::invalid_identity);
    CHECK(valid.error().message.find("has " + std::string{size} + " characters") !=
          std::string::npos);
    CHECK(valid.error().message.find("maximum is 2048") != std::string::npos);
    CHECK(valid.error().message.size() < 250);
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
