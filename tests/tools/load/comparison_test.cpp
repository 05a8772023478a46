#include "tools/load/compare/comparison.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/parsed_json.hpp"
#include "tests/tools/load/support/sample_document.hpp"
#include "tools/load/compare/comparison_text.hpp"
#include "tools/load/compare/rank_test.hpp"
#include "tools/load/compare/repetitions.hpp"

#include <algorithm>

using namespace midas::internal::tools;
using Catch::Matchers::Contains;
using midas::internal::test::parsed;
using midas::internal::test::sample_document;

namespace {

using values = std::vector<double>;

// Runs whose steady state has these rates.
load_document runs_of(const values& rates) {
  std::vector<load_document> runs;
  for (const auto rate : rates) {
    runs.push_back(sample_document());
    runs.back().steady->tokens_per_second = rate;
  }
  return summarize_runs(runs);
}

const compared_figure& throughput(const load_comparison& compared) {
  return compared.figures.front();
}

}  // namespace

TEST_CASE("the rank test agrees with published values") {
  // The exact two-sided probabilities of the Mann-Whitney distribution.
  CHECK(rank_test(values{1, 2, 3, 4, 5}, values{6, 7, 8, 9, 10}) == Approx(2.0 / 252));
  CHECK(rank_test(values{6, 7, 8, 9, 10}, values{1, 2, 3, 4, 5}) == Approx(2.0 / 252));
  CHECK(rank_test(values{1, 2, 3, 4, 6}, values{5, 7, 8, 9, 10}) == Approx(4.0 / 252));
  CHECK(rank_test(values{1, 2, 3}, values{4, 5, 6}) == Approx(0.1));
  CHECK(rank_test(values{1, 4, 5}, values{2, 3, 6}) == Approx(1));
  CHECK(rank_test(values{7, 7}, values{7, 7}) == Approx(1));
  CHECK(rank_test({}, values{7, 7}) == 1);
  CHECK(least_p_value(5, 5) == Approx(2.0 / 252));
  CHECK(least_p_value(1, 1) == 1);
}

TEST_CASE("the rank test is approximated for many values") {
  values low;
  values high;
  for (int i = 0; i < 40; ++i) {
    low.push_back(i);
    high.push_back(i + 0.5);
  }
  CHECK(rank_test(low, high) > 0.5);
  for (auto& each : high) {
    each += 20;
  }
  CHECK(rank_test(low, high) < 1e-4);
  CHECK(rank_test(values(40, 1), values(40, 1)) == 1);
  // Both methods agree where they meet.
  const values short_low{low.begin(), low.begin() + 30};
  const values short_high{low.begin() + 5, low.begin() + 35};
  values long_low = short_low;
  long_low.push_back(15);
  CHECK(rank_test(short_low, short_high) == Approx(rank_test(long_low, short_high)).margin(0.02));
}

TEST_CASE("a difference counts if it is larger than the spread of the repetitions") {
  const values a{100, 101, 102, 103, 104};
  CHECK(judge(a, {105, 106, 107, 108, 109}, better_is::higher) == verdict::better);
  CHECK(judge(a, {105, 106, 107, 108, 109}, better_is::lower) == verdict::worse);
  CHECK(judge(a, {90, 91, 92, 93, 94}, better_is::higher) == verdict::worse);
  CHECK(judge(a, {103.5, 106, 107, 108, 109}, better_is::higher) == verdict::same);
  CHECK(judge({100}, {200}, better_is::higher) == verdict::unknown);
  CHECK(judge({100, 101, 102, 103}, {200, 201, 202, 203}, better_is::higher) == verdict::unknown);
  CHECK(judge({100}, {100}, better_is::higher) == verdict::same);
}

TEST_CASE("two runs of load are compared by the medians of their repetitions") {
  const auto a = runs_of({100, 120, 110, 105, 115});
  const auto b = runs_of({200, 220, 210, 205, 215});
  const auto compared = compare("a.json", a, "b.json", b);
  CHECK(throughput(compared).figure->member == "steady.tokens_per_second");
  CHECK(throughput(compared).a.median == 110);
  CHECK(throughput(compared).b.least == 200);
  CHECK(throughput(compared).outcome == verdict::better);
  CHECK_FALSE(compared.is_worse());
  CHECK_FALSE(compared.has_too_few_repetitions());
  CHECK(compare("b.json", b, "a.json", a).is_worse());
  CHECK(compare("a.json", a, "b.json", sample_document()).has_too_few_repetitions());
}

TEST_CASE("settings and machines that differ are named") {
  const auto a = sample_document();
  auto b = a;
  b.settings = {{"as", "\"threads\"", "threads"}, {"rate", "5", "5"}, {"json", "true", "true"}};
  b.machine.processors = 8;
  const auto compared = compare("a.json", a, "b.json", b);
  REQUIRE(compared.settings.size() == 3);
  CHECK(compared.settings[0].name == "as");
  CHECK(compared.settings[1].name == "callers");
  CHECK(compared.settings[1].b.empty());
  CHECK(compared.settings[2].name == "rate");
  REQUIRE(compared.machines.size() == 1);
  const auto table = to_table(compared);
  CHECK_THAT(table, Contains("Warning: the settings differ:\n  as: actors (a), threads (b)\n"));
  CHECK_THAT(table, Contains("callers: 1000 (a), none (b)"));
  CHECK_THAT(table, Contains("processors: 4 (a), 8 (b)"));
  CHECK_THAT(table, Contains("is not known: run both with\n--repeat 5"));
  CHECK(to_table(compare("a.json", a, "a.json", a)).find("Warning") == std::string::npos);
}

TEST_CASE("every difference of the machines is named, of all workers") {
  auto a = sample_document();
  auto b = a;
  b.machine = {"build-8", "Linux 6.2", "Another", 8, 32'000'000'000};
  const auto one = compare("a.json", a, "b.json", b).machines;
  REQUIRE(one.size() == 5);
  CHECK(one[0].b == "build-8");
  CHECK(one[1].b == "Linux 6.2");
  CHECK(one[2].b == "Another");
  CHECK(one[3].b == "8");
  CHECK(one[4].a == "16.0 GB");
  a.machines = {a.machine, a.machine};
  b.machines = {a.machine, b.machine};
  const auto workers = compare("a.json", a, "b.json", b).machines;
  REQUIRE(workers.size() == 5);
  CHECK(workers[0].a == "build-7, build-7");
  CHECK(workers[0].b == "build-7, build-8");
}

TEST_CASE("only figures that both runs have are compared") {
  const auto a = sample_document();
  auto b = a;
  b.cold.reset();
  const auto figures_in = [](const load_comparison& compared, const std::string& group) {
    return std::ranges::count_if(compared.figures,
                                 [&](const auto& each) { return each.figure->group == group; });
  };
  CHECK(figures_in(compare("a.json", a, "a.json", a), "cold burst") > 5);
  CHECK(figures_in(compare("a.json", a, "b.json", b), "cold burst") == 0);
  CHECK(figures_in(compare("b.json", b, "a.json", a), "cold burst") == 0);
  CHECK(figures_in(compare("b.json", b, "a.json", a), "steady state") > 5);
  CHECK(compare("b.json", b, "a.json", a).a.repetitions == 1);
}

TEST_CASE("the table of a comparison fits eighty columns and escapes what it shows") {
  auto a = runs_of({1e9, 2e9, 3e9, 4e9, 5e9});
  auto b = runs_of({10, 20, 30, 40, 50});
  a.what = "\x1b[2J evil";
  const auto table = to_table(compare("a.json", a, "b.json", b));
  CHECK(table.find('\x1b') == std::string::npos);
  std::size_t begin = 0;
  for (auto end = table.find('\n'); end != std::string::npos; end = table.find('\n', begin)) {
    CHECK(end - begin <= 86);
    begin = end + 1;
  }
  CHECK_THAT(table, Contains("3,000,000,000"));
  CHECK_THAT(table, Contains("worse"));
}

TEST_CASE("a change by a large factor has a column of its own") {
  const auto a = runs_of({1, 2, 3, 4, 5});
  const auto change_to = [&a](double factor) {
    const auto b = runs_of({1 * factor, 2 * factor, 3 * factor, 4 * factor, 5 * factor});
    return to_table(compare("a.json", a, "b.json", b));
  };
  CHECK_THAT(change_to(100), Contains("     x100  better\n"));
  CHECK_THAT(change_to(20'000), Contains("  x20,000  better\n"));
  CHECK_THAT(change_to(5e6), Contains(" >x999,999  better\n"));
}

TEST_CASE("a comparison as JSON has the same figures") {
  const auto a = runs_of({100, 120, 110, 105, 115});
  const auto b = runs_of({50, 60, 70, 80, 90});
  const auto json = parsed(to_json(compare("a.json", a, "b.json", b)));
  CHECK(json["a"]["repetitions"].GetUint() == 5);
  CHECK(json["worse"].GetBool());
  const auto& first = json["figures"][0];
  CHECK(first["member"].GetString() == std::string{"steady.tokens_per_second"});
  CHECK(first["a"]["median"].GetDouble() == 110);
  CHECK(first["difference"].GetDouble() == -40);
  CHECK(first["relative_difference"].GetDouble() == Approx(-40.0 / 110));
  CHECK(first["verdict"].GetString() == std::string{"worse"});
  CHECK(first["p_value"].GetDouble() == Approx(2.0 / 252));
}

TEST_CASE("repeated runs are represented by the median one") {
  const auto document = runs_of({300, 100, 200, 500, 400});
  CHECK(document.steady->tokens_per_second == 300);
  CHECK(document.repetitions.size() == 5);
  CHECK(document.series.size() == 6);
  CHECK(document.repetitions.front().series.empty());
  CHECK(runs_of({2, 1}).steady->tokens_per_second == 1);
  const auto table = figure_table(document);
  CHECK_THAT(table, Contains("5 runs\n"));
  CHECK_THAT(table, Contains("tokens per second            300           100           500"));
  const auto single = figure_table(sample_document());
  CHECK_THAT(single, Contains("tokens per second        100,"));
  CHECK(single.find("greatest") == std::string::npos);
  CHECK(single.find("workers") == std::string::npos);
  auto merged = sample_document();
  merged.workers = 2;
  CHECK_THAT(figure_table(merged), Contains("2 workers, each of them\n"));
}

TEST_CASE("repeated runs of which one was interrupted are") {
  std::vector<load_document> runs(3, sample_document());
  CHECK_FALSE(summarize_runs(runs).interrupted);
  CHECK(figure_table(summarize_runs(runs)).find("Interrupted") == std::string::npos);
  runs.back().interrupted = true;
  CHECK(summarize_runs(runs).interrupted);
  CHECK_THAT(figure_table(summarize_runs(runs)), Contains("Interrupted by a signal"));
}

TEST_CASE("repeated runs with a rate are represented by the one with the median p99") {
  std::vector<load_document> runs;
  for (const double p99 : {3.0, 1.0, 2.0}) {
    runs.push_back(sample_document());
    runs.back().steady->tokens_per_second = 1 / p99 + (p99 == 2.0 ? 100 : 0);
    runs.back().steady->latency_ms["p99"] = p99;
    runs.back().open_model = true;
  }
  CHECK(summarize_runs(runs).steady->latency("p99") == 2.0);
}
