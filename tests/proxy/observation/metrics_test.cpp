// The metrics against the golden file, their documentation, and promtool.
#include "proxy/observation/metrics.hpp"

#include "tests/proxy/observation/sample_requests.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal::proxy;
using namespace midas::internal::test;
using Catch::Matchers::Contains;

namespace {

std::string text_of_file(const char* path) {
  std::ifstream file{path};
  REQUIRE(file);
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string type_name(prometheus::MetricType type) {
  switch (type) {
    case prometheus::MetricType::Counter:
      return "counter";
    case prometheus::MetricType::Gauge:
      return "gauge";
    case prometheus::MetricType::Histogram:
      return "histogram";
    default:
      return "unexpected";
  }
}

// Counts everything that has a metric.
void use(observation& seen) {
  grant(seen, key_for("https://vault.azure.net"), noon);
  seen.note(acquisition_retried{key_for("x"), busy_error(), 1s});
  serve(seen, {});
  serve(seen, {.result = token_result::denied, .status = 400, .reason = "metadata_header_missing"});
  seen.connected(0);
  seen.rejected(0, user(7), rejection::too_slow);
}

counts sample_counts() {
  observation seen{{.now = [] { return noon; }}};
  use(seen);
  auto result = seen.count();
  result.service.earliest_expiry = std::chrono::floor<std::chrono::seconds>(noon);
  result.service.throttled_until = noon;
  return result;
}

std::vector<prometheus::MetricFamily> sample_families() {
  return metric_families(sample_counts(), read_process_figures(), "1.2.3");
}

std::set<std::string> labels_of(const prometheus::MetricFamily& family) {
  std::set<std::string> result;
  for (const auto& sample : family.metric) {
    for (const auto& label : sample.label) {
      result.insert(label.name);
    }
  }
  return result;
}

// The values that a label has before anything has happened, in their order.
std::string known_values(const std::string& family) {
  const auto families = metric_families({}, {}, "1.2.3");
  const auto found = std::ranges::find(families, family, &prometheus::MetricFamily::name);
  std::string result;
  for (const auto& sample : found->metric) {
    for (const auto& label : sample.label) {
      result += (result.empty() ? "=" : "|") + label.value;
    }
  }
  return result;
}

// One line for each family: name, type, label names and their known values, and help.
std::string description(const std::vector<prometheus::MetricFamily>& families) {
  std::ostringstream result;
  for (const auto& family : families) {
    result << family.name << " " << type_name(family.type) << " {";
    std::string separator;
    for (const auto& label : labels_of(family)) {
      result << std::exchange(separator, ",") << label << known_values(family.name);
    }
    result << "} " << family.help << "\n";
  }
  return result.str();
}

std::string text_of(const counts& totals) {
  struct fixed final : prometheus::Collectable {
    explicit fixed(const counts& what) : totals(what) {}
    [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override {
      return metric_families(totals, {}, "1.2.3");
    }
    const counts& totals;
  };
  return metrics_text(fixed{totals});
}

}  // namespace

TEST_CASE("names, types, labels, their values and help texts are those of the golden file") {
  CHECK(description(sample_families()) == text_of_file(MIDAS_METRICS_GOLDEN_FILE));
}

TEST_CASE("the documentation has a row for each metric, and no others") {
  std::set<std::string> documented;
  std::istringstream page{text_of_file(MIDAS_METRICS_PAGE)};
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("| `midas_") || line.starts_with("| `process_")) {
      const auto end = line.find(" |", 2);
      documented.insert(line.substr(2, end - 2));
    }
  }
  std::set<std::string> expected;
  for (const auto& family : sample_families()) {
    std::string row = "`" + family.name;
    std::string labels;
    for (const auto& label : labels_of(family)) {
      labels += (labels.empty() ? "" : ",") + label;
    }
    row += labels.empty() ? "`" : "{" + labels + "}`";
    expected.insert(row);
  }
  CHECK(documented == expected);
}

TEST_CASE("every family has a sample once everything has happened") {
  for (const auto& family : sample_families()) {
    CAPTURE(family.name);
    CHECK_FALSE(family.metric.empty());
  }
}

TEST_CASE("the metrics have the values that were counted") {
  const auto text = text_of(sample_counts());
  CHECK_THAT(text, Contains("midas_token_requests_total{result=\"hit\"} 1\n") &&
                       Contains("midas_token_requests_total{result=\"denied\"} 1\n") &&
                       Contains("midas_token_requests_total{result=\"stale\"} 0\n") &&
                       Contains("midas_token_request_duration_seconds_bucket{le=\"1e-05\"} 0\n"));
  CHECK_THAT(text, Contains("midas_upstream_requests_total{status=\"200\"} 1\n") &&
                       Contains("midas_upstream_retries_total{reason=\"throttled\"} 1\n") &&
                       Contains("midas_upstream_request_duration_seconds_count 1\n") &&
                       Contains("midas_clients_connected 1\n") &&
                       Contains("midas_clients_rejected_total{reason=\"too_slow\"} 1\n") &&
                       Contains("midas_build_info{version=\"1.2.3\"} 1\n"));
}

TEST_CASE("a histogram counts upwards to all samples") {
  counts totals;
  for (const auto elapsed : {5us, 15us, 20us, 2'000us}) {
    totals.requests.durations.add(elapsed);
  }
  totals.requests.durations.add(60s);
  const auto families = metric_families(totals, {}, "1");
  const auto found = std::ranges::find(families, "midas_token_request_duration_seconds",
                                       &prometheus::MetricFamily::name);
  REQUIRE(found != families.end());
  const auto& histogram = found->metric.at(0).histogram;
  CHECK(histogram.sample_count == 5);
  CHECK(histogram.bucket.at(0).cumulative_count == 1);
  CHECK(histogram.bucket.at(1).cumulative_count == 3);
  CHECK(histogram.bucket.back().cumulative_count == 4);
  CHECK(histogram.bucket.back().upper_bound == Approx(30.0));
  CHECK(histogram.sample_sum == Approx(60.00204));
}

TEST_CASE("no resource, id or user of a client is in the metrics") {
  observation seen{{}};
  const auto id = managed_identity::client_id("secret-id");
  serve(seen, {.query = query_for("https://secret-resource", id)});
  serve(seen, {.query = query_for("https://secret-resource", id),
               .result = token_result::refused,
               .reason = "secret-reason"});
  grant(seen, key_for("https://secret-resource", id), noon);
  const auto text = text_of(seen.count());
  CHECK_THAT(text, !Contains("secret"));
}

TEST_CASE("without tokens there is no earliest expiry, and without a pause the end is 0") {
  const auto text = text_of({});
  CHECK_THAT(text, !Contains("\nmidas_tokens_earliest_expiry_timestamp_seconds ") &&
                       Contains("\nmidas_throttled_until_timestamp_seconds 0\n"));
}

TEST_CASE("a sample of the metrics is written for promtool") {
  // tests/proxy/promtool.sh checks it.
  std::ofstream{MIDAS_METRICS_SAMPLE} << metrics_text([] {
    static observation seen{{.version = "1.2.3"}};
    use(seen);
    return proxy_metrics{seen};
  }());
  CHECK_THAT(text_of_file(MIDAS_METRICS_SAMPLE), Contains("midas_build_info"));
}
