// The examples of the adapters run against a simulated host.
#include "tests/support/catch.hpp"
#include "tests/support/program.hpp"
#include <midas/simulated_host.hpp>

#include <cstdlib>
#include <sstream>
#include <string>

namespace midas::internal::test {
namespace {

/// Runs PROGRAM or PROGRAM|ARGUMENT. An argument that begins with HOST is a URL of the host.
program_result run_example(const std::string& example, const std::string& host) {
  const auto bar = example.find('|');
  if (bar == std::string::npos) {
    return run_program(example, {});
  }
  auto argument = example.substr(bar + 1);
  if (argument.starts_with("HOST")) {
    argument.replace(0, 4, host);
  }
  return run_program(example.substr(0, bar), {argument});
}

TEST_CASE("each example of an adapter gets its token with one request") {
  const simulated_host imds;
  setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", imds.endpoint().c_str(), 1);
  std::istringstream examples{MIDAS_EXAMPLES};
  std::string example;
  while (std::getline(examples, example, ':')) {
    INFO(example);
    const auto before = imds.statistics().token_requests;
    const auto result = run_example(example, imds.endpoint());
    CHECK(result.exit_code == 0);
    CHECK(result.errors.empty());
    CHECK_FALSE(result.output.empty());
    // No token is shown.
    CHECK_THAT(result.output, !Catch::Contains("eyJ"));
    CHECK(imds.statistics().token_requests == before + 1);
  }
  setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9", 1);
}

}  // namespace
}  // namespace midas::internal::test
