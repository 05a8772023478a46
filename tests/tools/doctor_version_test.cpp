// Whether `midas doctor` finds out that IMDS knows version 2 of its identity API.
#include "tests/support/catch.hpp"
#include "tests/support/environment_options.hpp"
#include "tests/support/parsed_json.hpp"
#include "tests/support/raw_server.hpp"
#include "tests/support/vault.hpp"
#include "tools/doctor/report.hpp"
#include <midas/simulated_host.hpp>

#include <chrono>
#include <string>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace midas::internal::tools;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {}  // namespace

TEST_CASE("a report says whether IMDS knows version 2") {
  const bool knows = GENERATE(true, false);
  simulated_host_options options;
  options.knows_imds_v2 = knows;
  simulated_host imds{options};
  const auto result =
      examine(vault, on({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", imds.endpoint()}}), 60s);
  CHECK_THAT(to_text(result),
             Contains(knows ? "IMDS v2: known to this host" : "IMDS v2: not known"));
  CHECK(member(to_json(result), "imds_v2") == (knows ? "yes" : "no"));
  // Neither an exchange for the token nor a token request.
  CHECK(result.exchanges.size() == 1);
  CHECK(imds.statistics().token_requests == 1);
}

TEST_CASE("an odd answer of IMDS to the question for version 2 is reported as such") {
  raw_server host{answer_always("HTTP/1.1 503 Busy\r\nContent-Length: 7\r\n\r\n{\"a\":1}")};
  const auto result = examine(vault, on({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", host.url()}}), 60s);
  CHECK_THAT(to_text(result), Contains("IMDS v2: the host answered HTTP 503"));
  CHECK(member(to_json(result), "imds_v2") == "unknown");
}

TEST_CASE("hosts other than IMDS, and endpoints that are not a host, are not asked for version 2") {
  simulated_host_options options;
  options.host = identity_host::app_service;
  simulated_host app{options};
  token_service_options app_service;
  app_service.environment = app.environment();
  raw_server page{answer_always("HTTP/1.1 404 Not Found\r\nContent-Length: 6\r\n\r\n<html>")};
  for (const auto& each : {app_service, on({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", page.url()}}),
                           on({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9"}})}) {
    const auto result = examine(vault, each, 60s);
    CHECK_FALSE(result.version_probe);
    CHECK_THAT(to_text(result), !Contains("IMDS v2"));
    CHECK(member(to_json(result), "imds_v2") == "absent");
  }
}
