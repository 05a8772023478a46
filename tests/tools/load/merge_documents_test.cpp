#include "tools/load/document/merge_documents.hpp"

#include "tests/support/catch.hpp"
#include "tests/tools/load/support/sample_document.hpp"

#include <rapidcheck.h>

using namespace midas::internal::tools;
using midas::internal::test::sample_document;
using midas::internal::test::sample_figures;

TEST_CASE("the name of a percentile says its fraction") {
  const auto near = [](const char* name) { return Approx(percentile_of_name(name).value_or(-1)); };
  CHECK(near("p50") == 0.5);
  CHECK(near("p999") == 0.999);
  CHECK(near("p9999") == 0.9999);
  CHECK(near("p99.5") == 0.995);
  CHECK(near("p5") == 0.05);
  CHECK(near("p100") == 1.0);
  for (const auto* other :
       {"max", "mean", "p", "p.", "p.5", "p9.9.9", "p-1", "p200.5", "q50", ""}) {
    CHECK_FALSE(percentile_of_name(other).has_value());
  }
}

TEST_CASE("a percentile is the greatest latency of its bucket, at most the maximum") {
  const bucket_list buckets{{0, 10, 1}, {10, 20, 98}, {40, 80, 1}};
  CHECK(percentile(buckets, 0.01, 60) == 9);
  CHECK(percentile(buckets, 0.5, 60) == 19);
  CHECK(percentile(buckets, 0.99, 60) == 19);
  CHECK(percentile(buckets, 0.991, 60) == 60);
  CHECK(percentile(buckets, 1, 60) == 60);
  CHECK(percentile({}, 0.5, 60) == 0);
}

TEST_CASE("percentiles of merged documents come from the sum of the histograms") {
  auto fast = sample_document();
  auto slow = sample_document();
  // 900 requests of 1 us and 100 of 1 ms: the mean of both p50 would be 500 us.
  fast.steady =
      load_figures{.tokens = 900,
                   .seconds = 5,
                   .latency_ms = {{"mean", 0.001}, {"p50", 0.001}, {"p99", 0.001}, {"max", 0.001}},
                   .histogram = {{990, 1'000, 900}}};
  slow.steady = load_figures{.tokens = 100,
                             .errors = 3,
                             .seconds = 4,
                             .latency_ms = {{"mean", 1}, {"p50", 1}, {"p99", 1}, {"max", 1}},
                             .errors_by_kind = {{"throttled", 3}},
                             .histogram = {{990'000, 1'000'000, 100}}};
  const std::vector documents{fast, slow};
  const auto merged = merge_documents(documents);
  REQUIRE(merged);
  const auto& steady = *merged->steady;
  CHECK(steady.tokens == 1'000);
  CHECK(steady.errors == 3);
  CHECK(steady.errors_by_kind.at("throttled") == 3);
  CHECK(steady.seconds == 5);
  CHECK(steady.tokens_per_second == Approx(200));
  CHECK(steady.latency("p50") == Approx(0.000999));
  CHECK(steady.latency("p99") == Approx(1));
  CHECK(steady.latency("max") == Approx(1));
  CHECK(steady.latency("mean") == Approx(0.1009));
  CHECK(merge_documents(std::vector{slow, fast})->steady->latency_ms == steady.latency_ms);
  CHECK(merged->workers == 2);
  CHECK(merged->machines.size() == 2);
}

TEST_CASE("series of merged documents are summed by second") {
  auto one = sample_document(2);
  auto other = sample_document(3);
  one.series[1].target_rate = 10;
  other.series[1].target_rate = 15;
  other.series[1].max_ms = 9;
  one.faults = {{1, 2, "503"}, {5, 6, "429"}};
  other.faults = {{1.5, 3, "503"}, {1.5, 3, "429"}};
  one.thresholds = {{"p99<1ms", "2 ms", false}};
  const std::vector documents{one, other};
  const auto merged = merge_documents(documents).value();
  REQUIRE(merged.series.size() == 4);
  CHECK(merged.series[0].phase == "cold");
  CHECK(merged.series[0].tokens == 2'000);
  CHECK(merged.series[1].tokens == 200'000);
  CHECK(merged.series[1].hits == 200'000);
  CHECK(merged.series[1].target_rate == 25.0);
  CHECK(merged.series[1].max_ms == 9.0);
  // Without histograms of the seconds, no percentile can be known.
  CHECK_FALSE(merged.series[1].p99_ms.has_value());
  CHECK(merged.series[3].tokens == 100'000);
  CHECK(merged.series[3].p99_ms == 0.2);
  CHECK(merged.thresholds.empty());
  REQUIRE(merged.faults.size() == 3);
  CHECK(merged.faults[0].to_second == 3);
  CHECK(merged.upstream_requests_per_1000_tokens ==
        Approx(2'000.0 / static_cast<double>(merged.whole.tokens)));
}

TEST_CASE("percentiles of a second are computed if every worker sends its histogram") {
  auto one = sample_document(1);
  auto other = sample_document(1);
  one.series[1].histogram = {{990, 1'000, 900}};
  other.series[1].histogram = {{990, 1'000, 50}, {990'000, 1'000'000, 50}};
  one.series[1].max_ms = 0.001;
  other.series[1].max_ms = 0.9999;
  const std::vector documents{one, other};
  const auto merged = merge_documents(documents).value();
  CHECK(merged.series[1].p50_ms == Approx(0.000999));
  CHECK(merged.series[1].p99_ms == Approx(0.9999));
}

TEST_CASE("percentiles of a second are never those of a part of its tokens") {
  const auto with = [](std::uint64_t tokens, bucket_list histogram) {
    auto document = sample_document(1);
    auto& second = document.series[1];
    second.tokens = tokens;
    second.histogram = std::move(histogram);
    if (tokens == 0) {
      second.p50_ms = second.p99_ms = second.max_ms = std::nullopt;
    }
    return document;
  };
  const auto p50_of = [](const std::vector<load_document>& documents) {
    return merge_documents(documents).value().series[1].p50_ms;
  };
  const auto known = with(10, {{990, 1'000, 10}});
  const auto unknown = with(10, {});
  const auto idle = with(0, {});
  CHECK(p50_of({unknown, idle}) == 0.01);
  CHECK(p50_of({idle, unknown}) == 0.01);
  CHECK(p50_of({idle, known}) == Approx(0.000999));
  CHECK_FALSE(p50_of({known, unknown}).has_value());
  CHECK_FALSE(p50_of({unknown, known}).has_value());
  CHECK_FALSE(p50_of({known, unknown, known}).has_value());
  CHECK_FALSE(p50_of({idle, idle}).has_value());
}

TEST_CASE("a second of merged documents begins with its first row, and is as long as the longest") {
  auto one = sample_document(2);
  auto other = sample_document(2);
  one.series[1].from = 1.5;
  other.series[1].from = 1.25;
  other.series[1].length = 0.5;
  one.series.erase(one.series.begin() + 2);
  other.series.erase(other.series.begin());
  for (const auto& documents : {std::vector{other, one}, std::vector{one, other}}) {
    const auto series = merge_documents(documents).value().series;
    REQUIRE(series.size() == 3);
    CHECK(series[0].from == 0);
    CHECK(series[1].from == 1.25);
    CHECK(series[1].length == 1);
    CHECK(series[2].from == 2);
  }
}

TEST_CASE("merged documents have the phases, the signals and the extremes of all") {
  auto one = sample_document();
  auto other = sample_document();
  one.steady.reset();
  other.cold.reset();
  one.started_at = "2026-11-28T22:00:09Z";
  one.whole.missed = 3;
  other.whole.missed = 4;
  other.interrupted = true;
  other.peak_rss_bytes = 50'000'000;
  one.repetitions = {sample_document()};
  const auto merged = merge_documents(std::vector{one, other}).value();
  REQUIRE(merged.steady);
  REQUIRE(merged.cold);
  CHECK(merged.steady->tokens == other.steady->tokens);
  CHECK(merged.cold->tokens == one.cold->tokens);
  CHECK(merged.whole.missed == 7);
  CHECK(merged.started_at == "2026-11-28T22:00:00Z");
  CHECK(merged.interrupted);
  CHECK(merged.peak_rss_bytes == 50'000'000);
  CHECK(merged.counts.hits == 1'000'000);
  CHECK(merged.counts.connections == 2);
  CHECK(merged.repetitions.empty());
  // Nothing is divided by zero.
  one.whole.histogram.clear();
  other.whole.histogram.clear();
  one.whole.seconds = other.whole.seconds = 0;
  const auto empty = merge_documents(std::vector{one, other}).value();
  CHECK(empty.whole.latency("mean") == one.whole.latency("mean"));
  CHECK(empty.whole.tokens_per_second == 0);
}

TEST_CASE("latencies from the start and those of errors come from the sums, too") {
  auto one = sample_document(1);
  auto other = sample_document(1);
  const auto set = [](load_document& document, double ms, bucket_list buckets) {
    auto& figures = *document.steady;
    figures.tokens = count_of(buckets);
    figures.errors_by_kind = {{"throttled", count_of(buckets)}};
    figures.service_time_ms = {{"mean", ms}, {"p50", ms}, {"max", ms}};
    figures.error_latency_ms["throttled"] = figures.service_time_ms;
    figures.error_histograms["throttled"] = buckets;
    figures.service_time_histogram = std::move(buckets);
  };
  set(one, 0.001, {{990, 1'001, 900}});
  set(other, 1, {{990'000, 1'000'001, 100}});
  const auto merged = merge_documents(std::vector{one, other}).value();
  const auto& steady = *merged.steady;
  CHECK(steady.service_time_ms.at("mean") == Approx(0.1009));
  CHECK(steady.service_time_ms.at("p50") == Approx(0.001));
  CHECK(steady.service_time_ms.at("max") == Approx(1));
  CHECK(steady.error_latency_ms.at("throttled") == steady.service_time_ms);
  CHECK(count_of(steady.error_histograms.at("throttled")) == 1'000);
  // Never of a part of the requests.
  other.steady->service_time_histogram.clear();
  other.steady->error_histograms.clear();
  const auto unknown = merge_documents(std::vector{one, other}).value();
  CHECK(unknown.steady->service_time_ms.empty());
  CHECK(unknown.steady->service_time_histogram.empty());
  CHECK(unknown.steady->error_latency_ms.empty());
  CHECK(unknown.steady->error_histograms.empty());
  CHECK(unknown.steady->errors_by_kind.at("throttled") == 1'000);
}

TEST_CASE("histograms with other buckets are not merged") {
  auto one = sample_document();
  auto other = sample_document();
  one.steady->histogram = {{10, 20, 1}};
  other.steady->histogram = {{15, 25, 1}};
  const std::vector documents{one, other};
  CHECK(merge_documents(documents).error().message.find("different buckets") != std::string::npos);
  CHECK_FALSE(merge_documents({}));
}

TEST_CASE("one document is merged into itself") {
  const std::vector documents{sample_document()};
  const auto merged = merge_documents(documents).value();
  CHECK(merged.workers == 1);
  CHECK(merged.steady->latency_ms == documents.front().steady->latency_ms);
  CHECK(merged.whole.tokens == documents.front().whole.tokens);
}

TEST_CASE("the sum of histograms does not depend on how they are split") {
  REQUIRE(rc::check("split and merged", [] {
    const auto whole = midas::internal::test::sample_buckets(1e5, *rc::gen::inRange(1, 10'000));
    bucket_list one;
    bucket_list other;
    for (const auto& each : whole) {
      const auto part = *rc::gen::inRange<std::uint64_t>(0, each.count + 1);
      if (part != 0) {
        one.push_back({each.lower, each.upper, part});
      }
      if (part != each.count) {
        other.push_back({each.lower, each.upper, each.count - part});
      }
    }
    RC_ASSERT(sum_of(one, other) == whole);
  }));
}
