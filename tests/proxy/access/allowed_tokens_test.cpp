#include "proxy/access/allowed_tokens.hpp"

#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal::proxy;

namespace {

using texts = std::vector<std::string>;

allowed_tokens with_resources(texts resources) {
  return allowed_tokens{token_rules{.resources = std::move(resources)}};
}

allowed_tokens with_identities(texts identities) {
  return allowed_tokens{token_rules{.identities = std::move(identities)}};
}

const std::string some_guid = "6a5e2a10-0d4b-4c57-9a7e-1f0de8a8b3c1";

}  // namespace

TEST_CASE("an absent list allows everything, an empty one nothing") {
  const allowed_tokens all;
  CHECK(all.allows_resource("https://vault.azure.net"));
  CHECK(all.allows_resource(""));
  CHECK(all.allows_identity({}));
  CHECK(all.allows_identity(managed_identity::client_id(some_guid)));
  CHECK_FALSE(with_resources({}).allows_resource("https://vault.azure.net"));
  CHECK(with_resources({}).allows_identity({}));
  CHECK_FALSE(with_identities({}).allows_identity({}));
  CHECK_FALSE(with_identities({}).allows_identity(managed_identity::client_id(some_guid)));
  CHECK(with_identities({}).allows_resource("https://vault.azure.net"));
}

TEST_CASE("an asterisk allows everything") {
  CHECK(with_resources({"*"}).allows_resource("https://vault.azure.net"));
  CHECK(with_identities({"*"}).allows_identity({}));
  CHECK(with_identities({"*"}).allows_identity(managed_identity::object_id(some_guid)));
}

TEST_CASE("a listed resource is allowed in each spelling of the same token") {
  const auto* const listed =
      GENERATE("https://vault.azure.net", "https://vault.azure.net/",
               "https://VAULT.azure.net/.default", "HTTPS://vault.azure.net");
  const auto rules = with_resources({listed});
  for (const auto* asked : {"https://vault.azure.net", "https://vault.azure.net/",
                            "https://vault.azure.net/.default", "https://vault.azure.net//.default",
                            "https://VAULT.AZURE.NET", "hTTps://Vault.Azure.Net/"}) {
    INFO(listed << " and " << asked);
    CHECK(rules.allows_resource(asked));
  }
}

TEST_CASE("no other spelling passes for a listed resource") {
  const auto rules = with_resources({"https://vault.azure.net", "https://host/Path"});
  for (const std::string asked : {"",
                                  "/",
                                  "https://vault.azure.net:443",
                                  "https://vault.azure.net.",
                                  "http://vault.azure.net",
                                  "https://vault.azure.net//",
                                  "https://vault.azure.net/..",
                                  "https://vault.azure.net#",
                                  "https://vault.azure.net?",
                                  "https://vault.azure.net@evil.example",
                                  "https://evil.example/https://vault.azure.net",
                                  "https:\\\\vault.azure.net",
                                  "https%3A%2F%2Fvault.azure.net",
                                  "https://vault%2Eazure.net",
                                  " https://vault.azure.net",
                                  "https://vault.azure.net\t",
                                  "https://vault.azure.net ",
                                  "https://v\xc3\xa0ult.azure.net",
                                  "https://vault\xe3\x80\x82"
                                  "azure.net",
                                  "https://vau\xc5\x82t.azure.net",
                                  "https://vault.azure.net,https://evil.example",
                                  "vault.azure.net",
                                  "https:/vault.azure.net",
                                  "https://host/path",
                                  "https://host/Path/x",
                                  "*",
                                  "/.default"}) {
    INFO(asked);
    CHECK_FALSE(rules.allows_resource(asked));
  }
  using namespace std::string_literals;
  CHECK_FALSE(rules.allows_resource("https://vault.azure.net\0"s));
  CHECK_FALSE(rules.allows_resource("https://vault.azure.net\0.evil.example"s));
}

TEST_CASE("the path of a resource is compared exactly, and may contain what looks like a scheme") {
  CHECK(comparable_resource("API://Name/Path") == "api://name/Path");
  CHECK(comparable_resource("Urn:App/X://Y") == "Urn:App/X://Y");
  CHECK(comparable_resource("https://Host?A://B") == "https://host?A://B");
  CHECK(comparable_resource("6A5E2A10-0D4B-4C57-9A7E-1F0DE8A8B3C1") == some_guid);
  CHECK(comparable_resource("6A5E2A10-0D4B-4C57-9A7E-1F0DE8A8B3C1x") ==
        "6A5E2A10-0D4B-4C57-9A7E-1F0DE8A8B3C1x");
  CHECK_FALSE(comparable_resource(""));
  CHECK_FALSE(comparable_resource(std::string(3'000, 'a')));
}

TEST_CASE("identities are listed by id, whatever its kind and case") {
  const std::string path =
      "/subscriptions/S/resourceGroups/g/providers/Microsoft.ManagedIdentity/"
      "userAssignedIdentities/n";
  const auto rules = with_identities({some_guid, path});
  CHECK(rules.allows_identity(managed_identity::client_id("6A5E2A10-0D4B-4C57-9A7E-1F0DE8A8B3C1")));
  CHECK(rules.allows_identity(managed_identity::object_id(some_guid)));
  CHECK(rules.allows_identity(managed_identity::resource_id(
      "/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/"
      "userAssignedIdentities/n")));
  CHECK_FALSE(rules.allows_identity({}));
  CHECK_FALSE(rules.allows_identity(managed_identity::system_assigned()));
  CHECK_FALSE(rules.allows_identity(managed_identity::client_id("{" + some_guid + "}")));
  CHECK_FALSE(rules.allows_identity(managed_identity::resource_id(path + "/")));
}

TEST_CASE("an id that is called system-assigned is not the system-assigned identity") {
  const auto rules = with_identities({"system-assigned"});
  CHECK(rules.allows_identity({}));
  CHECK(rules.allows_identity(managed_identity::system_assigned()));
  CHECK_FALSE(rules.allows_identity(managed_identity::client_id("system-assigned")));
  CHECK_FALSE(rules.allows_identity(managed_identity::client_id("")));
  CHECK_FALSE(with_identities({some_guid}).allows_identity(managed_identity::client_id("*")));
}
