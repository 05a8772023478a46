#include "messages/token_key_view.hpp"
#include "tests/support/catch.hpp"
#include <midas/token_request.hpp>

#include <set>
#include <string>

using namespace midas;
using midas::internal::request_key_view;
using midas::internal::token_key_view_equal;
using midas::internal::token_key_view_hash;

namespace {

token_request asking_for(std::string resource) { return {.resource = std::move(resource)}; }

}  // namespace

TEST_CASE("one /.default at the end of a resource is removed") {
  const auto [resource, reduced] = GENERATE(table<std::string, std::string>({
      {"https://vault.azure.net", "https://vault.azure.net"},
      {"https://vault.azure.net/.default", "https://vault.azure.net"},
      {"https://x//.default", "https://x/"},
      {"https://x/.default/.default", "https://x/.default"},
      {"https://x/.default/y", "https://x/.default/y"},
      {"https://x/.Default", "https://x/.Default"},
      {"https://x.default", "https://x.default"},
      {"https://management.core.windows.net//user_impersonation",
       "https://management.core.windows.net//user_impersonation"},
      {"user.read", "user.read"},
      {"R", "R"},
  }));
  CHECK(make_key(asking_for(resource))->resource == reduced);
}

TEST_CASE("an empty or malformed resource has no key, and the error quotes it") {
  const auto [resource, shown] = GENERATE(table<std::string, std::string>({
      {"", "empty"},
      {"/.default", "/.default"},
      {" ", "white space"},
      {" https://x", "\" https://x\""},
      {"https://x ", "\"https://x \""},
      {"https://a https://b", "\"https://a https://b\""},
      {"https://x\n", "\"https://x?\""},
      {"https://x\x1b[31m", "\"https://x?[31m\""},
      {"https://\xc3\xa4", "\"https://??\""},
      {std::string{"a\0b", 3}, "\"a?b\""},
      {std::string(2'049, 'x'), "2049"},
      {std::string(2'049, 'x') + "/.default", "2049"},
  }));
  const auto key = make_key(asking_for(resource));
  REQUIRE(!key);
  CHECK(key.error().code == errc::invalid_resource);
  CHECK(key.error().message.find(shown) != std::string::npos);
  CHECK(key.error().message.size() < 300);
  CHECK(!key.error().advice.empty());
}

TEST_CASE("a resource may have 2,048 characters, not counting its /.default") {
  CHECK(make_key(asking_for(std::string(2'048, 'x'))));
  CHECK(make_key(asking_for(std::string(2'048, 'x') + "/.default")));
}

TEST_CASE("claims may have 16,384 characters") {
  auto request = asking_for("R");
  request.claims = std::string(16'384, 'x');
  CHECK(make_key(request));
  request.claims += 'x';
  const auto key = make_key(request);
  REQUIRE_FALSE(key);
  CHECK(key.error().code == errc::invalid_claims);
  CHECK(key.error().message.find("\"R\" have 16385 characters") != std::string::npos);
  CHECK_FALSE(key.error().advice.empty());
  CHECK(to_string(key.error()).find("xx") == std::string::npos);
}

TEST_CASE("a request for an invalid identity has no key") {
  auto request = asking_for("R");
  request.identity = managed_identity::client_id("");
  CHECK(make_key(request).error().code == errc::invalid_identity);
}

TEST_CASE("the case of a GUID, claims and force_refresh do not change the key") {
  const token_request one{.identity = managed_identity::client_id("ABC"), .resource = "R"};
  token_request other{.identity = managed_identity::client_id("abc"), .resource = "R/.default"};
  other.claims = "{}";
  other.force_refresh = true;
  CHECK(*make_key(one) == *make_key(other));
  CHECK(token_key_hash{}(*make_key(one)) == token_key_hash{}(*make_key(other)));
}

TEST_CASE("the view of a request's key equals the key, and has its hash") {
  const token_key_view_equal equal;
  const token_key_view_hash hash;
  for (const auto& identity :
       {managed_identity{}, managed_identity::client_id("a-1"), managed_identity::client_id("A-1"),
        managed_identity::object_id("a-1"), managed_identity::object_id("A-1"),
        managed_identity::resource_id("/Subscriptions/A")}) {
    for (const auto* resource : {"https://R", "https://R/.default", "https://R/"}) {
      const token_request request{.identity = identity, .resource = resource};
      const auto key = *make_key(request);
      const request_key_view view{request.identity, request.resource};
      CHECK(equal(*view, key));
      CHECK(hash(key) == hash(*view));
      CHECK_FALSE(equal(*view, token_key{key.identity, "https://other"}));
      CHECK_FALSE(equal(*view, token_key{managed_identity::client_id("other"), key.resource}));
    }
  }
}

TEST_CASE("keys differ by resource, kind and id") {
  std::set<token_key> keys;
  std::set<std::size_t> hashes;
  for (const auto* resource : {"R", "r", "R/"}) {
    for (const auto& identity :
         {managed_identity{}, managed_identity::client_id("x"), managed_identity::object_id("x"),
          managed_identity::resource_id("x"), managed_identity::resource_id("X")}) {
      const auto key = make_key({.identity = identity, .resource = resource});
      keys.insert(*key);
      hashes.insert(token_key_hash{}(*key));
    }
  }
  CHECK(keys.size() == 15);
  CHECK(hashes.size() == 15);
}

TEST_CASE("a request is shown without its claims") {
  token_request request{.identity = managed_identity::client_id("c"), .resource = "R"};
  CHECK(to_string(request) == "R for client id c");
  request.claims = "{\"nonce\":\"passphrase\"}";
  request.force_refresh = true;
  CHECK(to_string(request) == "R for client id c, with claims, force_refresh");
}
