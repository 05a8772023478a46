#include "tools/load/page/report_page.hpp"

#include "tests/support/catch.hpp"
#include "tests/tools/load/support/sample_document.hpp"
#include "tools/load/number_text.hpp"
#include "tools/load/page/axis.hpp"
#include "tools/load/page/page_text.hpp"
#include "tools/load/page/time_bins.hpp"

using namespace midas::internal::tools;
using Catch::Matchers::Contains;
using midas::internal::test::sample_document;
using midas::internal::test::sample_second;

namespace {

std::vector<std::string> labels_of(const chart_axis& axis) {
  std::vector<std::string> labels;
  for (const auto& each : axis.ticks()) {
    labels.push_back(each.label);
  }
  return labels;
}

using labels = std::vector<std::string>;

}  // namespace

TEST_CASE("texts of the report page are escaped") {
  CHECK(html_text("<a href='x'>&\"") == "&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
  CHECK(html_text("a\u202eb\n\xff") == "a\\u{202e}b\\n\\xff");
}

TEST_CASE("numbers of the report page have three digits and a unit") {
  CHECK(short_number(0) == "0");
  CHECK(short_number(999) == "999");
  CHECK(short_number(999.7) == "1k");
  CHECK(short_number(1'500) == "1.5k");
  CHECK(short_number(6.5e6) == "6.5M");
  CHECK(latency_text(12'300) == "12.3 \u00b5s");
  CHECK(latency_text(1e30) == latency_text(9e18));
  CHECK(milliseconds_text(std::nullopt) == "\u2013");
  CHECK(milliseconds_text(1.5) == "1.5 ms");
}

TEST_CASE("axes have round ticks") {
  CHECK(labels_of(chart_axis::linear(83, 4, 0, 1)) == labels{"0", "50", "100"});
  CHECK(labels_of(chart_axis::linear(100, 5, 0, 1)) == labels{"0", "20", "40", "60", "80", "100"});
  CHECK(labels_of(chart_axis::linear(0.6, 3, 0, 1)) == labels{"0", "0.2", "0.4", "0.6"});
  CHECK(labels_of(chart_axis::time(60, 5, 0, 1)) == labels{"0", "15", "30", "45", "60"});
  CHECK(chart_axis::time(1'200, 5, 0, 1).unit() == "min");
  CHECK(chart_axis::time(86'400, 5, 0, 1).unit() == "h");
  CHECK(labels_of(chart_axis::latency(2'000, 3e6, 0, 1)) ==
        labels{"1 \u00b5s", "10 \u00b5s", "100 \u00b5s", "1 ms", "10 ms"});
  CHECK(labels_of(chart_axis::percentiles(0, 1)).back() == "99.99");
}

TEST_CASE("axes map values to positions and keep them inside") {
  const auto linear = chart_axis::linear(100, 5, 200, 0);
  CHECK(linear.position(0) == Approx(200));
  CHECK(linear.position(50) == Approx(100));
  CHECK(linear.position(1e9) == Approx(0));
  const auto nines = chart_axis::percentiles(0, 400);
  CHECK(nines.position(0.9) == Approx(100));
  CHECK(nines.position(0.99) == Approx(200));
  CHECK(nines.position(1) == Approx(400));
  const auto latency = chart_axis::latency(1'000, 1e6, 0, 300);
  CHECK(latency.position(1e4) == Approx(100));
  CHECK(latency.position(0) == Approx(0));
  CHECK(chart_axis::linear(0, 4, 0, 1).position(0) == Approx(0));
  CHECK(chart_axis::time(0, 4, 0, 1).position(0) == Approx(0));
}

TEST_CASE("a long series is drawn in few bins, without losing a request") {
  std::vector<load_second> series;
  for (std::uint64_t second = 0; second < 1'001; ++second) {
    series.push_back(sample_second(second, 10));
    series.back().max_ms = second == 500 ? 7.0 : 1.0;
  }
  const auto bins = time_bins(series, 240);
  CHECK(bins.size() == 201);
  std::uint64_t tokens = 0;
  double greatest = 0;
  for (const auto& each : bins) {
    tokens += each.tokens;
    greatest = std::max(greatest, each.max_ms.value_or(0));
  }
  CHECK(tokens == 10'010);
  CHECK(greatest == 7);
  CHECK(bins.front().per_second(bins.front().tokens) == Approx(10));
  CHECK(bins.back().to_second == 1'001);
  CHECK(time_bins({}, 240).empty());
  CHECK(time_bins({series.begin(), series.begin() + 240}, 240).size() == 240);
  CHECK(time_bins({series.begin(), series.begin() + 3}, 240).size() == 3);
}

TEST_CASE("a short row at the end of a phase is drawn with the row before it") {
  std::vector<load_second> series{sample_second(1, 500), sample_second(2, 5), sample_second(2, 9)};
  series[1].length = 0.0003;
  series[2].phase = "another";
  series[2].length = 0.01;
  const auto bins = time_bins(series, 240);
  REQUIRE(bins.size() == 2);
  CHECK(bins[0].tokens == 505);
  CHECK(bins[0].per_second(bins[0].tokens) == Approx(505).epsilon(0.001));
  CHECK(bins[1].tokens == 9);
}

TEST_CASE("a bin has the greatest latencies and rates of its rows, and the sum of their counts") {
  std::vector<load_second> series{sample_second(1, 500), sample_second(2, 700)};
  series[0].p50_ms = 3;
  series[1].p99_ms = 9;
  series[0].target_rate = 20;
  series[1].target_rate = 10;
  series[1].throttled = 4;
  series[0].errors = 2;
  series[1].phase = "another";
  const auto bins = time_bins(series, 1);
  REQUIRE(bins.size() == 1);
  const auto& bin = bins.front();
  CHECK(bin.phase == "steady");
  CHECK(bin.from_second == 1);
  CHECK(bin.to_second == 3);
  CHECK(bin.p50_ms == 3.0);
  CHECK(bin.p99_ms == 9.0);
  CHECK(bin.max_ms == 1.5);
  CHECK(bin.target_rate == 20.0);
  CHECK(bin.tokens == 1'200);
  CHECK(bin.hits == 1'200);
  CHECK(bin.errors == 2);
  CHECK(bin.throttled == 4);
  CHECK(time_bin{}.per_second(5) == 0);
  // A quarter of a second is long enough.
  series[1].phase = "steady";
  series[1].length = 0.25;
  CHECK(time_bins(series, 240).size() == 2);
}

TEST_CASE("bins of rows that overlap follow each other, without losing a request") {
  std::vector<load_second> series{sample_second(1, 500), sample_second(2, 700), sample_second(2, 9),
                                  sample_second(3, 100)};
  series[0].length = 1.1;
  series[2].phase = "warm_up";
  series[2].length = 0.5;
  const auto bins = time_bins(series, 240);
  REQUIRE(bins.size() == 3);
  CHECK(bins[0].to_second == Approx(2.1));
  CHECK(bins[1].from_second == bins[0].to_second);
  CHECK(bins[1].to_second == 3);
  CHECK(bins[1].tokens == 709);
  CHECK(bins[1].phase == "steady");
  CHECK(bins[2].from_second == 3);
}

TEST_CASE("numbers have three significant digits and no exponent") {
  const auto [value, text] = GENERATE(table<double, std::string>({
      {0, "0"},
      {0.05213, "0.0521"},
      {5.213, "5.21"},
      {999.4, "999"},
      {999.5, "1,000"},
      {1'530.4, "1,530"},
      {1e6, "1,000,000"},
      {1e300, "1e+300"},
  }));
  CHECK(three_digits(value) == text);
}

TEST_CASE("the report page has no script and admits only its own style") {
  const auto page = report_page(sample_document());
  CHECK(page.find("<script") == std::string::npos);
  CHECK(page.find("http://") == std::string::npos);
  CHECK(page.find("https://") == std::string::npos);
  CHECK(page.find(" style=") == std::string::npos);
  CHECK_THAT(page, Contains("default-src 'none'; style-src 'sha256-"));
  CHECK_THAT(page, Contains("Latency distribution") && Contains("Throughput") &&
                       Contains("Requests to the host") && Contains("How the tokens came"));
}

TEST_CASE("the report page of a run without tokens has no charts and no broken numbers") {
  const auto page = report_page({});
  CHECK(page.find("<svg class=\"wide\"") == std::string::npos);
  for (const auto* broken : {"nan", "inf", "NaN"}) {
    CHECK(page.find(broken) == std::string::npos);
  }
}

TEST_CASE("the report page survives extreme documents") {
  auto document = sample_document(1);
  document.series[1].from = 1e15;
  document.series[1].length = 0;
  document.series[1].max_ms = 1e300;
  document.series[1].tokens = ~std::uint64_t{0};
  document.series[0].p50_ms = 0;
  document.steady->histogram = {{0, 0, 1}};
  document.faults = {{0, 1e300, "x"}};
  document.upstream_requests_per_1000_tokens = 1e300;
  const auto page = report_page(document);
  CHECK_THAT(page, Contains("</html>"));
  CHECK(page.find(">nan") == std::string::npos);
  CHECK(page.size() < 1'000'000);
}
