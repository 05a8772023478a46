#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/tools/load/support/sample_document.hpp"
#include "tools/load/document/read_load_document.hpp"
#include "tools/load/document/write_load_document.hpp"

#include <fstream>

using namespace midas::internal::tools;
using Catch::Matchers::Contains;
using midas::internal::test::sample_document;
using midas::internal::test::temporary_directory;

namespace {

std::string with(std::string json, const std::string& text, const std::string& replacement) {
  const auto at = json.find(text);
  REQUIRE(at != std::string::npos);
  return json.replace(at, text.size(), replacement);
}

const std::string least = R"({"schema": "midas-load/1", "tokens": 1, "errors": 0, "seconds": 1.5,)"
                          R"( "tokens_per_second": 0.7, "latency_ms": {"max": 3}})";

std::string problem_in(const std::string& json) {
  const auto read = read_load_document("a.json", json);
  return read ? "none" : read.error().message;
}

}  // namespace

TEST_CASE("a load document that is written is read back as it was") {
  auto document = sample_document();
  document.machines = {document.machine, document.machine};
  document.settings.push_back({"percentiles", "[99.5,\"a\\\"b\"]", "[99.5,\"a\\\"b\"]"});
  document.settings.push_back({"rate", "null", "null"});
  document.whole.errors_by_kind = {{"throttled", 7}};
  document.faults = {{2, 3.5, "503 from <IMDS>"}};
  document.thresholds = {{"p99<5ms", "3.1 ms", true}};
  document.series[1].target_rate = 100'000;
  document.series[1].histogram = document.steady->histogram;
  document.repetitions = {sample_document(), sample_document()};
  const auto json = to_json(document);
  const auto read = read_load_document("a.json", json);
  REQUIRE(read);
  CHECK(to_json(*read) == json);
  CHECK(read->machines == document.machines);
  CHECK(read->settings == document.settings);
  CHECK(read->repetitions.size() == 2);
  CHECK(read->steady->histogram == document.steady->histogram);
  CHECK(read->faults.front().text == "503 from <IMDS>");
  CHECK(read->series[1].target_rate == 100'000.0);
  CHECK_FALSE(read->series[2].target_rate.has_value());
}

TEST_CASE("a load document may lack what is not a headline figure and have unknown members") {
  const auto read = read_load_document("a.json", with(least, "{", "{\"new\": [1, {}], "));
  REQUIRE(read);
  CHECK(read->whole.latency("max") == 3.0);
  CHECK_FALSE(read->whole.latency("p99").has_value());
  CHECK(read->workers == 1);
  CHECK(&read->main_figures() == &read->whole);
}

TEST_CASE("an error about a load document names the file and the member") {
  CHECK(problem_in(least) == "none");
  CHECK_THAT(problem_in(""), Contains("a.json: not valid JSON at byte 0"));
  CHECK_THAT(problem_in(least + "x"), Contains("not valid JSON at byte"));
  CHECK(problem_in("[]") == "a.json: the document is not an object");
  CHECK(problem_in("{}") == "a.json: schema is missing");
  CHECK(problem_in(with(least, "load/1", "load/2")) == "a.json: schema is not \"midas-load/1\"");
  CHECK(problem_in(with(least, "\"tokens\": 1,", "")) == "a.json: tokens is missing");
  CHECK(problem_in(with(least, "1,", "-1,")) ==
        "a.json: tokens is not a whole number of at least 0");
  CHECK(problem_in(with(least, "{\"max\": 3}", "[]")) == "a.json: latency_ms is not an object");
  CHECK(problem_in(with(least, "3}", "\"3\"}")) ==
        "a.json: latency_ms.max is not a number of at least 0");
  CHECK(problem_in(with(least, "3}", "1e999}")).starts_with("a.json: not valid JSON"));
  CHECK(problem_in(with(least, "3}}", "3}, \"what\": 3}")) == "a.json: what is not a string");
  CHECK(problem_in(with(least, "3}}", "3}, \"cold\": 3}")) == "a.json: cold is not an object");
  CHECK(problem_in(with(least, "3}}", "3}, \"cold\": {\"tokens\": 1}}")) ==
        "a.json: cold.errors is missing");
  CHECK(problem_in(with(least, "3}}", "3}, \"series\": [{\"second\": 2}, {\"second\": 1}]}")) ==
        "a.json: series[1] is not after the one before it");
  CHECK(
      problem_in(with(least, "3}}", "3}, \"faults\": [{\"from_second\": 2, \"to_second\": 1}]}")) ==
      "a.json: faults[0] is not a span that ends after its begin");
  CHECK(problem_in(with(least, "3}}", "3}, \"thresholds\": [{\"passed\": 1}]}")) ==
        "a.json: thresholds[0].passed is not true or false");
  CHECK(problem_in(with(least, "3}}", "3}, \"repetitions\": [{}]}")) ==
        "a.json: repetitions[0].schema is missing");
}

TEST_CASE("a wrong histogram of a load document is refused") {
  const auto with_histogram = [](const std::string& histogram) {
    return problem_in(with(least, "3}}", "3}, \"histogram\": " + histogram + "}"));
  };
  CHECK(with_histogram(R"({"unit": "ns", "buckets": [[1, 2, 3], [2, 4, 1]]})") == "none");
  CHECK(with_histogram(R"({"unit": "ms", "buckets": []})") ==
        "a.json: histogram.unit is not \"ns\"");
  CHECK(with_histogram(R"({"unit": "ns", "buckets": [[1, 2]]})") ==
        "a.json: histogram.buckets[0] is not a list of lower bound, upper bound and count");
  CHECK(with_histogram(R"({"unit": "ns", "buckets": [[1, 3, 1], [2, 4, 1]]})") ==
        "a.json: histogram.buckets[1] is not above the buckets before it");
  CHECK(with_histogram(R"({"unit": "ns", "buckets": {}})") ==
        "a.json: histogram.buckets is not a list");
}

TEST_CASE("deep brackets and names with control characters do no harm in a load document") {
  CHECK_THAT(problem_in(std::string(1'000'000, '[')), Contains("not valid JSON"));
  const auto problem = problem_in(with(least, "\"max\": 3", "\"\\u001b[2J\\n\": []"));
  CHECK(problem.find('\x1b') == std::string::npos);
  CHECK(problem.find('\n') == std::string::npos);
}

TEST_CASE("a load document is read from a file") {
  const temporary_directory files;
  const auto path = files.path() + "/a.json";
  std::ofstream{path} << least;
  CHECK(read_load_file(path)->whole.tokens == 1);
  const auto missing = read_load_file(files.path() + "/b.json");
  CHECK_THAT(missing.error().message, Contains("b.json: cannot be read: No such file"));
  CHECK_THAT(read_load_file(files.path()).error().message, Contains("Is a directory"));
}
