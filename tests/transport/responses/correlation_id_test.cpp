#include "transport/responses/correlation_id.hpp"

#include "tests/support/catch.hpp"

#include <string>
#include <utility>

namespace correlation_id_test {

using namespace midas;
using namespace midas::internal;

namespace {

http_response response_of(int status, std::string_view body = {}) {
  http_response result;
  result.status = status;
  result.body = body;
  return result;
}

}  // namespace

TEST_CASE("the correlation id of a response comes from its headers") {
  auto response = response_of(200, R"({"access_token":"x","correlationId":"not this"})");
  CHECK(correlation_id_of(response).empty());
  response.headers.push_back({"X-Ms-Correlation-Request-Id", "second"});
  CHECK(correlation_id_of(response) == "second");
  response.headers.push_back({"X-MS-REQUEST-ID", " first "});
  CHECK(correlation_id_of(response) == "first");
}

TEST_CASE("the correlation id of an error may be in its body, which stays as it is") {
  const std::string body = R"({"statusCode":400,"message":"no","correlationId":"5f3a"})";
  const auto response = response_of(400, body);
  CHECK(correlation_id_of(response) == "5f3a");
  CHECK(std::string{response.body} == body);
  CHECK(correlation_id_of(response_of(502, "<html>")).empty());
}

TEST_CASE("a correlation id in which the host repeats a proof is not shown") {
  auto response = response_of(400);
  response.proofs.emplace_back("the-identity-header");
  response.headers.push_back({"x-ms-request-id", "id the-identity-header\r\nx"});
  CHECK(correlation_id_of(response) == "id <redacted> x");
}

}  // namespace correlation_id_test
