// Claims that a request to Microsoft Entra ID must not have.
#include "tests/support/catch.hpp"
#include "transport/hosts/workload_identity.hpp"

#include <string>

namespace workload_identity_claims_test {

using namespace midas;
using namespace midas::internal;

TEST_CASE("claims that are not a JSON object are not sent to the authority") {
  const workload_identity::connection_settings setup{
      .url = "https://login.microsoftonline.com/t/oauth2/v2.0/token", .client_id = "c"};
  const auto [claims, found] = GENERATE(table<std::string, std::string>({
      {"noCache!", "neither JSON nor base64"},
      {"[]", "JSON, but not an object"},
      {R"({"access_token":)", "malformed JSON"},
      {"e30=", "the base64 of a JSON object"},
  }));
  const resolved_request request{.resource = "https://vault.azure.net", .claims = claims};
  const auto refused = workload_identity::encode(setup, request, "T");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::invalid_claims);
  CHECK(refused.error().message == "the claims are " + found + "; a JSON object is required");
  CHECK(refused.error().advice.find("parse_claims_challenge()") != std::string::npos);
}

}  // namespace workload_identity_claims_test
