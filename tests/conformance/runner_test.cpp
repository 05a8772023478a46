// Checks that the runner of the conformance cases finds every difference, and excuses only
// refusals.
#include "messages/make_error.hpp"
#include "tests/conformance/case_run.hpp"
#include "tests/conformance/error_classes.hpp"
#include "tests/conformance/refusals.hpp"
#include "tests/conformance/templates.hpp"
#include "tests/conformance/vector_file.hpp"
#include "tests/support/catch.hpp"

#include <stdexcept>
#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::conformance;
using namespace std::chrono_literals;

namespace {

const std::string token_body = R"("{\"access_token\":\"T\",\"expires_in\":3600}")";

// An exchange with IMDS with the given path and status.
std::string imds_exchange(const std::string& path, const std::string& status) {
  return R"({"expect":{"method":"GET","scheme":"http","host":"169.254.169.254","path":")" + path +
         R"(","query":{"api-version":"2018-02-01","resource":"R"},"headers":{"Metadata":"true"}},)"
         R"("respond":{"status":)" +
         status + R"(,"headers":{},"body":)" + token_body + "}}";
}

const std::string right_path = "/metadata/identity/oauth2/token";

struct parsed_case {
  explicit parsed_case(const std::string& exchanges, const std::string& outcome) {
    const auto text = R"({"id":"X-1","source":"imds","env":{},"identity":{"kind":"system"},)"
                      R"("resource":"R","exchange":[)" +
                      exchanges + R"(],"outcome":)" + outcome + "}";
    document.Parse(text.c_str());
    REQUIRE_FALSE(document.HasParseError());
    each = {"X-1", "x.json", &document};
  }

  rapidjson::Document document;
  vector_case each;
};

bool passes(const std::string& exchanges, const std::string& outcome) {
  const parsed_case one{exchanges, outcome};
  return run_case(one.each).empty();
}

bool is_excused(const std::string& exchanges, const std::string& outcome) {
  const parsed_case one{exchanges, outcome};
  return is_refused(one.each, run_case(one.each));
}

}  // namespace

TEST_CASE("a case passes if request and outcome are as stated") {
  CHECK(passes(imds_exchange(right_path, "200"),
               R"({"token":"T","expires_in":3600,"request_count":1})"));
  CHECK(passes(imds_exchange(right_path, "400"),
               R"({"error_class":"service_error","http_status":400,"request_count":1})"));
}

TEST_CASE("a case fails if any part of the outcome differs") {
  const std::string outcome =
      GENERATE(as<std::string>{}, R"({"token":"other"})", R"({"token":"T","expires_in":3000})",
               R"({"token":"T","expires_in_max":3000})", R"({"token":"T","expires_on":1})",
               R"({"token":"T","refresh_in":1800})", R"({"token":"T","request_count":2})",
               R"({"token":"T","token_type":"x"})", R"({"token":"T","token_source":"cache"})",
               R"({"token":"T","token_source":"mixed"})", R"({"token":"T","cache_entries":0})",
               R"({"token":"T","min_elapsed_ms":1})", R"({"token":"T","unheard_of":1})",
               R"({"error_class":"service_error"})");
  CHECK_FALSE(passes(imds_exchange(right_path, "200"), outcome));
}

TEST_CASE("a case fails if the error differs") {
  const std::string outcome = GENERATE(
      as<std::string>{}, R"({"token":"T"})", R"({"error_class":"parse_error"})",
      R"({"error_class":"service_error","http_status":401})",
      R"({"error_class":"service_error","error_contains":["401"]})", R"({"error_class":"typo"})");
  CHECK_FALSE(passes(imds_exchange(right_path, "400"), outcome));
}

TEST_CASE("a case fails if a request differs, is missing, or is not expected") {
  const std::string outcome = R"({"token":"T"})";
  CHECK_FALSE(passes(imds_exchange("/other", "200"), outcome));
  CHECK_FALSE(passes("", outcome));
  CHECK_FALSE(
      passes(imds_exchange(right_path, "200") + "," + imds_exchange(right_path, "200"), outcome));
}

TEST_CASE("a case without a refresh hint fails if the token has one") {
  auto long_lived = imds_exchange(right_path, "200");
  const std::string short_life = "3600";
  long_lived.replace(long_lived.find(short_life), short_life.size(), "10800");
  CHECK(passes(long_lived, R"({"token":"T","refresh_in":5400})"));
  CHECK_FALSE(passes(long_lived, R"({"token":"T","refresh_in":null})"));
}

TEST_CASE("a case that needs retries must name a retry profile") {
  const std::string outcome = R"({"token":"T","request_count":2})";
  const auto exchanges = imds_exchange(right_path, "500") + "," + imds_exchange(right_path, "200");
  CHECK(passes(exchanges, outcome + R"(,"options":{"retry":"default"})"));
  CHECK_FALSE(passes(exchanges, outcome + R"(,"options":{"retry":"none"})"));
  CHECK_FALSE(passes(exchanges, outcome));
}

TEST_CASE("a case that is refused on purpose is excused, unless its requests differ") {
  const std::string outcome = R"({"token":"T","request_count":2})";
  const std::string demand = R"(,"options":{"min_remaining_seconds":60})";
  const auto good = imds_exchange(right_path, "200");
  CHECK(is_excused(good, outcome + demand));
  CHECK_FALSE(is_excused(imds_exchange("/other", "200"), outcome + demand));
  CHECK_FALSE(is_excused(good, outcome));
}

TEST_CASE("the early-refresh refusal does not excuse a case whose token has expired") {
  const auto good = imds_exchange(right_path, "200");
  const auto then_after = [&good](const std::string& seconds) {
    return R"({"token":"T","expires_in":3600},"then":[{"advance_seconds":)" + seconds +
           R"(,"exchange":[)" + good + R"(],"outcome":{"token":"other"}}])";
  };
  CHECK(is_excused(good, then_after("3000")));
  CHECK_FALSE(is_excused(good, then_after("3600")));
}

TEST_CASE("a case in two files counts once if they agree, and twice if they differ") {
  std::vector<vector_case> cases;
  add_cases("own/a.json", R"({"vectors":[{"id":"X-1","env":{}},{"id":"X-2"}]})", true, cases);
  add_cases("further/b.json", R"({"vectors":[{"id":"X-1","env":{}},{"id":"X-2","env":{}}]})", false,
            cases);
  add_cases("further/a.json", R"({"vectors":[{"id":"X-1"}]})", false, cases);
  std::vector<std::string> ids;
  for (const auto& each : cases) {
    ids.push_back(each.id);
  }
  CHECK(ids == std::vector<std::string>{"X-1", "X-2", "X-2 (b.json)", "X-1 (further/a.json)"});
  CHECK(cases[1].is_own);
  CHECK_FALSE(cases[2].is_own);
  CHECK_THROWS_AS(add_cases("c.json", R"({"vectors":[{"id":"Y"},{"id":"Y"}]})", false, cases),
                  std::runtime_error);
  CHECK_THROWS_AS(add_cases("c.json", "{}", false, cases), std::runtime_error);
}

TEST_CASE("templates are expanded, also within JSON with braces of its own") {
  const template_values values{.now = std::chrono::sys_seconds{1'700'000'000s},
                               .arc_directory = "/arc",
                               .scratch_directory = "/scratch",
                               .thumbprint = "ab01"};
  const auto [text, expanded] = GENERATE(table<std::string, std::string>({
      {"{{now+3600}}", "1700003600"},
      {"{{now-5}}x", "1699999995x"},
      {"{{now}}", "1700000000"},
      {"{{iso:now+1}}", "2023-11-14T22:13:21.0000000Z"},
      {"{{http_date:now}}", "Tue, 14 Nov 2023 22:13:20 GMT"},
      {"{{arc_dir}}/a.key {{tmp}}/b", "/arc/a.key /scratch/b"},
      {"{{thumbprint}} {{thumbprint_colon_upper}}", "ab01 AB:01"},
      {R"({"a":{"b":{{now}}}})", R"({"a":{"b":1700000000}})"},
      {R"({"a":{{"b":1}}})", R"({"a":{{"b":1}}})"},
      {"none", "none"},
  }));
  CHECK(expand(text, values) == expanded);
  CHECK_THROWS_AS(expand("{{unheard_of}}", values), std::runtime_error);
}

TEST_CASE("the three classes of unusable responses are distinguished") {
  const auto problem = [](const std::string& message) {
    return make_error(errc::invalid_response, message);
  };
  CHECK(is_of_class(problem("with an expiry that could not be read"), "parse_error"));
  CHECK(is_of_class(problem("without an access token"), "empty_response"));
  CHECK(is_of_class(problem("a token that has already expired"), "invalid_lifetime"));
  CHECK_FALSE(is_of_class(problem("without an access token"), "parse_error"));
  CHECK_FALSE(is_of_class(problem("a token that has already expired"), "empty_response"));
}
