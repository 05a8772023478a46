#include "store/msal_cache.hpp"
#include "tests/support/catch.hpp"

namespace msal_key_test {

using namespace midas;
using namespace midas::internal;

TEST_CASE("the key is MSAL's") {
  CHECK(msal_key(managed_identity::system_assigned(), "https://vault.azure.net") ==
        "-localhost-accesstoken-system_assigned_managed_identity-managed_identity-"
        "https://vault.azure.net");
  CHECK(msal_key(managed_identity::client_id("ABC"), "R") ==
        "-localhost-accesstoken-abc-managed_identity-r");
}

}  // namespace msal_key_test
