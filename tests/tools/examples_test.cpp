// The README's first program and the examples, run as a user runs them.
#include "tests/support/catch.hpp"
#include "tests/support/program.hpp"
#include <midas/simulated_host.hpp>

#include <cstdlib>

using namespace midas;
using namespace midas::internal::test;
using Catch::Matchers::Contains;

TEST_CASE("the README's first program gets a token") {
  simulated_host imds;
  setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", imds.endpoint().c_str(), 1);
  const auto result = run_program(MIDAS_FIRST_PROGRAM, {});
  setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9", 1);
  CHECK(result.exit_code == 0);
  CHECK(result.errors.empty());
  CHECK_FALSE(result.output.empty());
  CHECK(imds.statistics().token_requests == 1);
  CHECK(run_program(MIDAS_FIRST_PROGRAM, {}).exit_code == 1);
}

TEST_CASE("the examples get their tokens") {
  simulated_host imds;
  setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", imds.endpoint().c_str(), 1);
  for (const auto* example : {MIDAS_EXAMPLE_ACTORS, MIDAS_EXAMPLE_COROUTINES}) {
    const auto before = imds.statistics().token_requests;
    const auto result = run_program(example, {});
    CHECK(result.exit_code == 0);
    CHECK(result.errors.empty());
    CHECK_THAT(result.output, Contains("<redacted>"));
    CHECK(imds.statistics().token_requests == before + 1);
  }
}
