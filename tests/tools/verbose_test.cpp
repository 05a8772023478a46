// midas --verbose, and MIDAS_LOG for programs that use midas.
#include "tests/support/catch.hpp"
#include "tests/support/environment_scope.hpp"
#include "tests/support/program.hpp"
#include <midas/simulated_host.hpp>

#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

std::vector<std::string> token_from(const simulated_host& host) {
  return {"token", "--endpoint", host.endpoint(), "--resource", "https://vault.azure.net"};
}

}  // namespace

TEST_CASE("midas token --verbose logs each event on standard error") {
  simulated_host imds;
  auto arguments = token_from(imds);
  arguments.emplace_back("--verbose");
  const auto result = run_program(MIDAS_PROGRAM, arguments);
  CAPTURE(result.errors);
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.output, StartsWith("{"));
  for (const auto* event :
       {" midas info host_chosen host=imds ", " midas debug acquisition_started ",
        " midas debug exchange_finished ", " midas debug connection_opened count=1 attempts=1",
        " midas info acquisition_succeeded ", " midas debug refresh_scheduled "}) {
    CHECK_THAT(result.errors, Contains(event));
  }
  CHECK_THAT(result.errors, !Contains("eyJ"));
}

TEST_CASE("without --verbose, the program logs nothing") {
  simulated_host imds;
  CHECK(run_program(MIDAS_PROGRAM, token_from(imds)).errors.empty());
}

TEST_CASE("a connection that is refused is not reported as opened") {
  const auto result = run_program(MIDAS_PROGRAM, {"token", "--endpoint", "http://127.0.0.1:9",
                                                  "--resource", "r", "--no-retries", "--verbose"});
  CAPTURE(result.errors);
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.errors, Contains(" debug exchange_finished ") &&
                                Contains(" error=unreachable ") &&
                                Contains(" error acquisition_failed "));
  CHECK_THAT(result.errors, !Contains("connection_opened"));
}

TEST_CASE("midas doctor --verbose and midas load --verbose log, too") {
  simulated_host imds;
  const auto doctor =
      run_program(MIDAS_PROGRAM, {"doctor", "--verbose", "--endpoint", imds.endpoint()});
  CHECK(doctor.exit_code == 0);
  CHECK_THAT(doctor.errors, Contains(" midas debug exchange_finished "));
  const auto load = run_program(
      MIDAS_PROGRAM, {"load", "--once", "--callers", "100", "--latency", "100ms", "--verbose"});
  CAPTURE(load.errors);
  CHECK(load.exit_code == 0);
  CHECK_THAT(load.errors, Contains(" answered=100 joined=99"));
}

TEST_CASE("MIDAS_LOG makes a program that uses midas log on standard error") {
  simulated_host imds;
  const scoped_environment endpoint{{{"AZURE_POD_IDENTITY_AUTHORITY_HOST", imds.endpoint()}}};
  SECTION("up to a level") {
    const scoped_environment level{{{"MIDAS_LOG", "info"}}};
    const auto result = run_program(MIDAS_FIRST_PROGRAM, {});
    CAPTURE(result.errors);
    CHECK(result.exit_code == 0);
    CHECK_THAT(result.errors, Contains(" midas info host_chosen host=imds ") &&
                                  Contains(" midas info acquisition_succeeded "));
    CHECK_THAT(result.errors, !Contains(" debug "));
  }
  SECTION("an unknown level is a remark of one line") {
    const scoped_environment level{{{"MIDAS_LOG", "verbose"}}};
    const auto result = run_program(MIDAS_FIRST_PROGRAM, {});
    CHECK(result.exit_code == 0);
    CHECK(
        result.errors ==
        "midas: MIDAS_LOG is \"verbose\", not error, warning, info or debug; nothing is logged\n");
  }
}
