#include "tests/transport/hosts/resolved.hpp"

namespace resolved_request_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

TEST_CASE("a resolved request has the reduced resource, and the id as the caller wrote it") {
  const auto request = resolved({.identity = managed_identity::client_id("ABCDEF01-2345"),
                                 .resource = "https://vault.azure.net/.default",
                                 .claims = "{}"});
  CHECK(request.identity == managed_identity::client_id("ABCDEF01-2345"));
  CHECK(request.resource == "https://vault.azure.net");
  CHECK(request.claims == "{}");
}

TEST_CASE("the text of a resolved request does not contain the claims") {
  CHECK(to_string(resolved({.resource = "R"})) == "R for system-assigned");
  CHECK(to_string(resolved({.resource = "R", .claims = "SECRET"})) ==
        "R for system-assigned, with claims");
}

}  // namespace resolved_request_test
