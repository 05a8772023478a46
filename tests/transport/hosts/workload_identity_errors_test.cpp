#include "transport/hosts/workload_identity_errors.hpp"

#include "messages/make_error.hpp"
#include "tests/support/catch.hpp"

#include <string>
#include <utility>

namespace workload_identity_errors_test {

using namespace midas;
using namespace midas::internal;

TEST_CASE("what Entra's directory may not know yet may pass, other refusals may not") {
  const auto failure = [](std::string description) {
    auto result = make_error(errc::request_rejected, "refused");
    result.service_description = std::move(description);
    return result;
  };
  for (const auto* number :
       {"AADSTS70021", "AADSTS700211", "AADSTS700212", "AADSTS700213", "AADSTS700016"}) {
    CHECK(workload_identity::may_pass(failure(std::string{number} + ": text")));
    CHECK_FALSE(workload_identity::may_pass(failure(std::string{number} + "9: text")));
  }
  for (const auto* other : {"AADSTS700024: expired", "AADSTS90002: tenant", "AADSTS7000215", ""}) {
    CHECK_FALSE(workload_identity::may_pass(failure(other)));
  }
}

}  // namespace workload_identity_errors_test
