#include "tests/support/catch.hpp"
#include "tests/support/parsed_json.hpp"
#include "tests/tools/load/load_samples.hpp"
#include "tests/tools/load/load_schema.hpp"
#include "tools/load/report.hpp"
#include "tools/load/series_sampler.hpp"

#include <algorithm>
#include <sstream>

using namespace midas::internal::tools;
using namespace midas::internal::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream{text};
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

}  // namespace

TEST_CASE("the JSON document has the figures of all but the warm-up, and of each phase") {
  auto result = sample_result();
  result.percentiles = {50, 99.5};
  const auto document = parsed(to_json(result));
  CHECK(document["tokens"].GetUint64() == 110);
  CHECK(document["errors"].GetUint64() == 25);
  CHECK(document["http_requests"].GetUint64() == 11);
  CHECK(document["upstream_requests_per_1000_tokens"].GetDouble() == 100);
  CHECK(document["errors_by_kind"]["throttled"].GetUint64() == 1);
  CHECK(document["error_latency_ms"]["throttled"]["max"].GetDouble() == 7'000);
  CHECK(document["latency_ms"]["max"].GetDouble() == 100);
  CHECK(document["cold"]["latency_ms"]["max"].GetDouble() == 10);
  CHECK(document["steady"]["latency_ms"]["p99.5"].GetDouble() == 100);
  CHECK(document["steady"]["tokens_per_second"].GetDouble() == 50);
  CHECK(document["answers"]["hit"].GetUint64() == 100);
  CHECK(std::string{document["started_at"].GetString()} == "2026-11-30T00:53:20Z");
  std::uint64_t counted = 0;
  for (const auto& bucket : document["histogram"]["buckets"].GetArray()) {
    CHECK(bucket[0].GetInt64() < bucket[1].GetInt64());
    counted += bucket[2].GetUint64();
  }
  CHECK(counted == 110);
}

TEST_CASE("the JSON document has the form of its schema, and others have not") {
  auto result = sample_result();
  result.settings = {{"a", std::int64_t{1}},
                     {"b", true},
                     {"c", {}},
                     {"d", "x"},
                     {"e", std::vector<std::string>{"x"}}};
  result.thresholds = {{"p99<5ms", "99.6 ms", false}};
  result.percentiles = {12.5};
  const auto json = to_json(result);
  check_load_schema(json);
  check_load_schema(to_json(load_result{}));
  const auto with = [&json](const std::string& text, const std::string& other) {
    auto changed = json;
    const auto at = changed.find(text);
    REQUIRE(at != std::string::npos);
    return schema_violation(changed.replace(at, text.size(), other));
  };
  CHECK_THAT(with("midas_version", "version"), Contains("required"));
  CHECK_THAT(with("p12.5", "q12.5"), Contains("additionalProperties at #/latency_ms"));
  CHECK_THAT(with("\"passed\": false", "\"passed\": 0"), Contains("type at #/thresholds/0/passed"));
  CHECK_THAT(schema_violation("{}"), Contains("required"));
}

TEST_CASE("without a token there is no latency") {
  auto result = sample_result();
  result.parts.erase(result.parts.begin() + 1, result.parts.end());
  result.parts.front().failures[midas::errc::unreachable] = rising_latencies(10);
  result.parts.front().latencies = {};
  const auto document = parsed(to_json(result));
  CHECK_FALSE(document.HasMember("latency_ms"));
  CHECK_FALSE(document["cold"].HasMember("latency_ms"));
  CHECK_FALSE(document.HasMember("steady"));
  CHECK_FALSE(document.HasMember("upstream_requests_per_1000_tokens"));
  const auto table = to_table(result);
  CHECK_THAT(table, !Contains("0 s") && Contains("error unreachable"));
  const auto lines = lines_of(table);
  const auto p50 = std::ranges::find_if(
      lines, [](const std::string& line) { return line.find("p50") != std::string::npos; });
  REQUIRE(p50 != lines.end());
  CHECK(p50->back() == '-');
}

TEST_CASE("the table fits 80 columns, whatever happened") {
  auto result = sample_result();
  result.open_model = true;
  result.interrupted = true;
  result.thresholds = {{"upstream_requests_per_1000_tokens<=100", "100", true},
                       {"p99<5ms", "99.6 ms", false}};
  result.faults.push_back({1'000'000, 2'000'000, "invalid_response from Workload identity"});
  auto& part = result.parts.back();
  part.latencies = rising_latencies(100'000);
  part.service_times = part.latencies;
  part.missed = 1'234'567'890;
  part.failures[midas::errc::identity_not_supported] = rising_latencies(1'234);
  const auto table = to_table(result);
  for (const auto& line : lines_of(table)) {
    CAPTURE(line);
    CHECK(line.size() <= 80);
  }
  CHECK_THAT(table, Contains("p99.99") && Contains("1,234,567,890") && Contains("NOT MET") &&
                        Contains("503 from IMDS") && Contains("Interrupted"));
}

TEST_CASE("the distribution has the form that the plotters of HdrHistogram read") {
  const auto lines = lines_of(to_hdr(sample_result()));
  REQUIRE(lines.size() > 10);
  CHECK(lines[0] == "       Value     Percentile TotalCount 1/(1-Percentile)");
  CHECK(lines[1].empty());
  CHECK(lines[2] == "    1.003519 0.000000000000          1           1.00");
  CHECK(lines[3] == "   10.027007 0.100000000000         10           1.11");
  const auto last = std::ranges::find_if(
      lines, [](const std::string& line) { return line.starts_with("#[Mean"); });
  CHECK(*(last - 1) == "  100.000000 1.000000000000        100");
  CHECK(*last == "#[Mean    =    50.500000, StdDeviation   =    28.868060]");
  CHECK(*(last + 1) == "#[Max     =   100.000000, Total count    =          100]");
  CHECK_THAT(*(last + 2), StartsWith("#[Buckets ="));
  double value = 0;
  double percentile = 0;
  for (auto line = lines.begin() + 2; line != last; ++line) {
    std::istringstream columns{*line};
    double next_value = 0;
    double next_percentile = 0;
    columns >> next_value >> next_percentile;
    CHECK(next_value >= value);
    CHECK((next_percentile > percentile || line == lines.begin() + 2));
    value = next_value;
    percentile = next_percentile;
  }
  CHECK(lines_of(to_hdr({})).size() == 5);
  // Buckets of a nanosecond count with their own value.
  auto fast = sample_result();
  fast.parts.back().latencies = {};
  fast.parts.back().latencies.record(100ns);
  fast.parts.back().latencies.record(100ns);
  CHECK(lines_of(to_hdr(fast))[2] == "    0.000100 0.000000000000          2           1.00");
}

TEST_CASE("the series as CSV has a value for each column of each row") {
  const auto lines = lines_of(to_csv(sample_result()));
  REQUIRE(lines.size() == 3);
  CHECK_THAT(lines[0], StartsWith("from_seconds,seconds,phase,target_rate,tokens,errors,"));
  CHECK_THAT(lines[1], StartsWith("1.500,1.000,steady,50,100,25,100,0,0,0,10,1,"));
  CHECK(lines[2] == "2.500,1.000,steady,,0,0,0,0,0,0,0,0,,,");
  for (const auto& line : lines) {
    CHECK(std::ranges::count(line, ',') == 14);
  }
}

TEST_CASE("a row has what happened since the snapshot before") {
  run_snapshot before{.time = run_snapshot{}.time + 1s,
                      .latencies = rising_latencies(5),
                      .errors = 1,
                      .cache_misses = 5,
                      .counts = {.fetched = 1, .http_requests = 3}};
  auto after = before;
  after.time += 1s;
  after.latencies.add(rising_latencies(20));
  after.errors = 4;
  after.cache_misses = 11;
  after.counts.fetched = 3;
  after.counts.http_requests = 9;
  const auto row = row_between(before, after);
  CHECK(row.length == 1s);
  CHECK(row.latencies.count == 20);
  CHECK(row.errors == 3);
  CHECK(row.counts.hits == 14);
  CHECK(row.counts.fetched == 2);
  CHECK(row.counts.joined == 4);
  CHECK(row.counts.http_requests == 6);
}

TEST_CASE("phases are summed, and the first error is that of the first of them") {
  auto result = sample_result();
  result.parts.front().first_error = midas::internal::make_error(midas::errc::unreachable, "first");
  result.parts.front().missed = 3;
  result.parts.back().missed = 4;
  result.parts.back().service_times = rising_latencies(7);
  const auto total = result.total();
  CHECK(total.elapsed == 3s);
  CHECK(total.latencies.count() == 110);
  CHECK(total.service_times.count() == 7);
  CHECK(total.missed == 7);
  CHECK(total.counts.fetched == 1);
  CHECK(total.first_error->message == "first");
  CHECK(load_part{}.tokens_per_second() == 0);
  CHECK_FALSE(load_part{}.upstream_per_1000().has_value());
  CHECK(load_part{.latencies = rising_latencies(1), .counts = {.http_requests = 2}}
            .upstream_per_1000() == 2'000.0);
}

TEST_CASE("the latencies of a row are those of its histogram") {
  const auto latencies = rising_latencies(200);
  const latency_summary row{latencies};
  CHECK(row.count == 200);
  CHECK(row.p50 == latencies.percentile(50));
  CHECK(row.p99 == latencies.percentile(99));
  CHECK(row.maximum == 200ms);
  CHECK(row.buckets == latencies.buckets());
}

TEST_CASE("a row of an open model has the rate in its middle, and when it began") {
  phase now{1, arrival_schedule{{{100h, 30, 30}}}};
  std::vector<series_row> series;
  series_sampler sampler{now,
                         {.began = phase::clock::now() - 1h,
                          .kind = load_phase_kind::warm_up,
                          .counts = [] { return load_counts{}; }},
                         series};
  (void)sampler.finish();
  const auto rows = series.size();
  (void)sampler.finish();
  REQUIRE(series.size() == rows);
  CHECK(series.front().target_rate == 30.0);
  CHECK(series.front().kind == load_phase_kind::warm_up);
  CHECK(series.front().from >= 1h);
  CHECK(series.front().latencies.count == 0);
}

TEST_CASE("rows keep their buckets until there would be too many") {
  phase now{1, 1h};
  now.begin();
  std::vector<series_row> series;
  const auto run_phase = [&](std::size_t max_buckets, int latencies) {
    series_sampler sampler{
        now, {.counts = [] { return load_counts{}; }, .max_buckets = max_buckets}, series};
    for (int i = 0; i < latencies; ++i) {
      const auto time = phase::clock::now() - std::chrono::seconds{1 << i};
      (void)now.answered({time, time}, midas::access_token{});
    }
    (void)sampler.finish();
    return series.back().latencies.buckets.size();
  };
  CHECK(run_phase(5, 5) == 5);
  CHECK(bucket_count(series) == 5);
  CHECK(run_phase(4, 5) == 0);
  CHECK(series.back().latencies.count == 5);
  CHECK(series.back().latencies.maximum > 16s);
  CHECK(run_phase(6, 6) == 6);
  CHECK(bucket_count(series) == 11);
}

TEST_CASE("hits, joined and fetched tokens add up where the counters of the service are ahead") {
  const run_snapshot before;
  const run_snapshot after{
      .latencies = rising_latencies(2), .cache_misses = 3, .counts = {.fetched = 9}};
  const auto counts = counts_between(before, after);
  CHECK(counts.fetched == 2);
  CHECK(counts.joined == 0);
  CHECK(counts.hits == 0);
}
