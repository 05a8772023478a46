#include "proxy/observation/access_log_line.hpp"

#include "tests/proxy/observation/sample_requests.hpp"
#include "tests/support/any_text.hpp"
#include "tests/support/catch.hpp"

#include <rapidcheck.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <string>

using namespace midas;
using namespace midas::internal::proxy;
using namespace midas::internal::test;
using Catch::Matchers::Contains;

namespace {

std::string line_of_request(const sample_request& request) {
  std::string result;
  append_access_line(result, request.view());
  return result;
}

bool is_one_line_of_json(const std::string& line) {
  if (!line.ends_with('\n') || std::ranges::any_of(line.substr(0, line.size() - 1),
                                                   [](char c) { return c < ' ' || c > '~'; })) {
    return false;
  }
  rapidjson::Document read;
  read.Parse(line.c_str());
  return !read.HasParseError() && read.IsObject();
}

}  // namespace

TEST_CASE("a line tells when, who, what and how it ended") {
  CHECK(line_of_request({}) ==
        R"({"when":"2026-11-28T16:26:05.678Z","uid":1000,"protocol":"imds",)"
        R"("resource":"https://vault.azure.net","identity":"system-assigned","result":"hit",)"
        R"("status":200,"elapsed_ms":0.020})"
        "\n");
}

TEST_CASE("the log has the process if it is known, and the address if the user is not") {
  CHECK_THAT(line_of_request({.who = {.connection = 1, .uid = 5, .pid = 77, .address = "unix"}}),
             Contains(R"("uid":5,"pid":77,)") && !Contains("address"));
  CHECK_THAT(line_of_request({.who = {.connection = 1, .address = "127.0.0.1:4711"}}),
             Contains(R"("address":"127.0.0.1:4711")") && !Contains("uid"));
}

TEST_CASE("a request that was refused before it was read has neither resource nor identity") {
  const auto line = line_of_request({.query = std::nullopt,
                                     .result = token_result::denied,
                                     .status = 400,
                                     .reason = "metadata_header_missing",
                                     .elapsed = 1'234'567ns});
  CHECK(line == R"({"when":"2026-11-28T16:26:05.678Z","uid":1000,"result":"denied",)"
                R"("reason":"metadata_header_missing","status":400,"elapsed_ms":1.235})"
                "\n");
}

TEST_CASE("a token that a client sends as a resource is not logged") {
  const std::string token = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJhdWQiOiJ4In0.c2lnbmF0dXJl";
  const auto line =
      line_of_request({.query = query_for(token, managed_identity::client_id(token))});
  CHECK_THAT(line, !Contains("c2lnbmF0dXJl") && Contains("<redacted>"));
}

TEST_CASE("the line about lost lines is JSON, too") {
  std::string line;
  append_loss_line(line, 17, noon);
  CHECK(line == "{\"when\":\"2026-11-28T16:26:05.678Z\",\"lost_lines\":17}\n");
}

TEST_CASE("whatever a client sends, a line is one JSON object without control characters") {
  const auto holds = rc::check([] {
    const auto id = *any_text();
    const auto line = line_of_request({
        .who = {.connection = 1, .address = *any_text()},
        .query = query_for(*any_text(), *rc::gen::element(managed_identity::client_id(id),
                                                          managed_identity::object_id(id),
                                                          managed_identity::resource_id(id))),
        .reason = *any_text(),
        .elapsed = std::chrono::nanoseconds{*rc::gen::arbitrary<std::int32_t>()},
    });
    RC_ASSERT(is_one_line_of_json(line));
  });
  CHECK(holds);
}
