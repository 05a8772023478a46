// GET, PUT and DELETE /faults, without a socket.
#include "simulator/faults/fault_control.hpp"

#include "simulator/hosts/simulated_imds.hpp"
#include "tests/simulator/support/imds_request.hpp"
#include "tests/simulator/support/token_text.hpp"
#include "tests/support/catch.hpp"

#include <memory>
#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using Catch::Matchers::Contains;

namespace {

const std::string refusing = R"({"rules":[{"action":{"status":503}}]})";
const http::header_field json_type{"Content-Type", "application/json"};

/// A host without a server, whose rules are controlled.
struct controlled_host {
  explicit controlled_host(bool may_change = true) : control(injector, may_change) {}

  simulator::response ask(std::string_view method, std::string_view body = {},
                          std::vector<http::header_field> fields = {json_type}) {
    simulator::response out;
    control.answer({method, "/faults", fields, body}, out);
    return out;
  }
  int token_status() {
    const imds_request request;
    const auto target = request.path + "?" + request.query;
    simulator::response out;
    injector.answer({"GET", target, request.fields, {}}, {}, out);
    return out.status;
  }

  simulated_host_options options{};
  simulator::simulated_imds protocol{options};
  simulator::fault_injector injector{options, protocol};
  simulator::fault_control control;
};

std::string error_of(const simulator::response& answer) {
  return text_of(parse_object(answer.body), "error");
}

}  // namespace

TEST_CASE("the rules of a running host are replaced, shown and removed") {
  controlled_host host;
  CHECK(host.ask("GET").body == R"({"rules":[]})");
  CHECK(host.token_status() == 200);
  const auto put = host.ask("PUT", refusing);
  CHECK(put.status == 200);
  CHECK(put.body == refusing);
  CHECK_FALSE(put.counted);
  CHECK_FALSE(put.token_request);
  CHECK(host.token_status() == 503);
  CHECK(host.ask("GET").body == refusing);
  CHECK(host.ask("HEAD").status == 200);
  CHECK(host.ask("DELETE", {}, {}).body == R"({"rules":[]})");
  CHECK(host.token_status() == 200);
}

TEST_CASE("what GET /faults answers can be put again") {
  controlled_host host;
  for (const auto& rules : {refusing, std::string{R"({"rules":[]})"}}) {
    REQUIRE(host.ask("PUT", rules).status == 200);
    const auto shown = host.ask("GET").body;
    CHECK(host.ask("PUT", shown).status == 200);
    CHECK(host.ask("GET").body == shown);
  }
}

TEST_CASE("an empty body is not a rules file, and changes nothing") {
  controlled_host host;
  REQUIRE(host.ask("PUT", refusing).status == 200);
  const auto answer = host.ask("PUT", "");
  CHECK(answer.status == 400);
  CHECK_THAT(error_of(answer), Contains("the body is empty") && Contains("DELETE /faults"));
  CHECK(host.ask("GET").body == refusing);
}

TEST_CASE("rules that are put count requests from the start") {
  controlled_host host;
  const std::string first_only = R"({"rules":[{"match":{"nth":1},"action":{"status":503}}]})";
  for (int i = 0; i < 2; ++i) {
    CHECK(host.ask("PUT", first_only).status == 200);
    CHECK(host.token_status() == 503);
    CHECK(host.token_status() == 200);
  }
}

TEST_CASE("malformed rules are refused with the text of the rules reader, and change nothing") {
  controlled_host host;
  REQUIRE(host.ask("PUT", refusing).status == 200);
  for (const auto* wrong :
       {"{", "[]", R"({"rules":[{"action":{"staus":503}}]})", R"({"rules":[{}]})", "\xff",
        R"({"rules":[],"more":1})", R"({"rules":[{"match":{"nth":0},"action":{"status":503}}]})"}) {
    CAPTURE(wrong);
    std::string expected;
    try {
      (void)simulator::parse_fault_rules(wrong);
    } catch (const std::invalid_argument& malformed) {
      expected = malformed.what();
    }
    const auto answer = host.ask("PUT", wrong);
    CHECK(answer.status == 400);
    CHECK(!expected.empty());
    CHECK(error_of(answer) == expected);
    CHECK(host.ask("GET").body == refusing);
    CHECK(host.token_status() == 503);
  }
}

TEST_CASE("a web page can neither replace nor remove the rules") {
  controlled_host host;
  REQUIRE(host.ask("PUT", refusing).status == 200);
  for (const auto* method : {"PUT", "DELETE"}) {
    for (const auto& sign : {http::header_field{"origin", "http://127.0.0.1:8080"},
                             http::header_field{"Sec-Fetch-Site", "same-origin"}}) {
      CHECK(host.ask(method, {}, {json_type, sign}).status == 403);
    }
  }
  // The content types that a page may send elsewhere without asking first, and none.
  for (const auto* type : {"text/plain", "application/x-www-form-urlencoded", "",
                           "multipart/form-data; boundary=application/json", "application/jsonx"}) {
    CHECK(host.ask("PUT", {}, {{"Content-Type", type}}).status == 415);
  }
  CHECK(host.ask("PUT", {}, {}).status == 415);
  CHECK(host.ask("GET").body == refusing);
  CHECK(host.ask("PUT", refusing, {{"content-type", "Application/JSON ; charset=utf-8"}}).status ==
        200);
}

TEST_CASE("the rules cannot be changed from other machines unless that is allowed") {
  controlled_host host(false);
  for (const auto* method : {"PUT", "DELETE"}) {
    const auto answer = host.ask(method, refusing);
    CHECK(answer.status == 403);
    CHECK_THAT(error_of(answer), Contains("--allow-remote-faults"));
  }
  CHECK(host.ask("GET").status == 200);
  CHECK(host.token_status() == 200);
}

TEST_CASE("other methods are not allowed for the rules") {
  controlled_host host;
  for (const auto* method : {"POST", "PATCH", "OPTIONS", "put"}) {
    const auto answer = host.ask(method, refusing);
    CHECK(answer.status == 405);
    CHECK_THAT(answer.fields, Contains("Allow: GET, HEAD, PUT, DELETE\r\n"));
    CHECK(answer.fields.find("Access-Control") == std::string::npos);
  }
  CHECK(host.token_status() == 200);
}
