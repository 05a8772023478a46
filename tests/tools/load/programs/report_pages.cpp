// Writes report pages of made-up runs, for page/report_page.mjs.
//
//   midas_report_pages DIRECTORY    writes NAME.html for each scenario
#include "tests/tools/load/support/sample_document.hpp"
#include "tools/load/compare/repetitions.hpp"
#include "tools/load/page/report_page.hpp"

#include <cmath>
#include <fstream>
#include <iostream>
#include <string>

namespace {

using namespace midas::internal::tools;
using midas::internal::test::sample_document;

constexpr const char* hostile =
    "</script><script>document.title='owned'</script>\"'><img src=x>\u202e\u2066txt.exe";

load_document faulty() {
  auto document = sample_document(40);
  document.open_model = true;
  document.cold.reset();
  document.counts.http_requests = 96;
  document.counts.refreshes = 8;
  document.counts.retries = 41;
  document.counts.throttled = 37;
  document.whole.errors = document.steady->errors = 1'240;
  document.whole.missed = 12;
  document.whole.errors_by_kind = {{"throttled", 1'000}, {"service_unavailable", 240}};
  document.faults = {{9, 13, "503 from IMDS"},
                     {12, 12.4, "connection reset"},
                     {24, 31, "429 from IMDS"},
                     {24.5, 25, "request_timeout from IMDS"}};
  document.thresholds = {{"p99<5ms", "0.2 ms", true}, {"errors<0.01%", "0.25%", false}};
  for (auto& each : document.series) {
    const auto second = static_cast<double>(each.second);
    const bool is_down = each.second >= 9 && each.second < 13;
    const bool is_limited = each.second >= 24 && each.second < 31;
    each.phase = each.second < 4 ? "warm_up" : "steady";
    each.target_rate = std::min(100'000.0, 20'000 * (second + 1));
    each.tokens = static_cast<std::uint64_t>(*each.target_rate * (is_down ? 0.7 : 1));
    each.hits = each.tokens - (is_limited ? each.tokens / 5 : each.tokens / 200);
    each.joined = (each.tokens - each.hits) * 4 / 5;
    each.fetched = each.tokens - each.hits - each.joined;
    each.errors = is_down ? 310 : 0;
    each.http_requests = is_limited ? 7 : 2;
    each.throttled = is_limited ? 5 : 0;
    each.p99_ms = 0.2 * (is_limited ? 40 : 1 + std::sin(second) / 2);
    each.max_ms = is_down ? 900 : 4.0 + second / 10;
  }
  return document;
}

load_document long_run() {
  auto document = sample_document(7'200);
  document.workers = 3;
  document.machines = {document.machine, document.machine, document.machine};
  document.machines[1].name = "build-8";
  std::vector<load_document> runs;
  for (int i = 0; i < 5; ++i) {
    runs.push_back(document);
    runs.back().steady->tokens_per_second += 1'000 * i;
  }
  for (std::uint64_t i = 0; i < 300; ++i) {
    const auto from = static_cast<double>(i) * 24;
    runs[2].faults.push_back({from, from + 6, "503 from IMDS"});
  }
  return summarize_runs(runs);
}

load_document burst() {
  auto document = sample_document(0);
  document.steady.reset();
  document.series.front().length = 0.06;
  document.whole = *document.cold;
  document.counts.hits = 0;
  return document;
}

load_document empty() {
  load_document document;
  document.whole.errors = 50;
  document.whole.errors_by_kind = {{"unreachable", 50}};
  return document;
}

load_document hostile_run() {
  auto document = faulty();
  document.what = document.started_at = document.midas_version = hostile;
  document.machine = {hostile, hostile, hostile, 1, 1};
  document.settings = {{hostile, "\"x\"", hostile}};
  document.whole.errors_by_kind = {{hostile, 1}};
  document.thresholds = {{hostile, hostile, false}};
  for (auto& each : document.faults) {
    each.text = hostile;
  }
  for (auto& each : document.series) {
    each.phase = each.second < 20 ? hostile : "b\xff";
  }
  return document;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: midas_report_pages DIRECTORY\n";
    return 2;
  }
  const auto write = [directory = std::string{argv[1]}](const char* name, const auto& document) {
    std::ofstream{directory + "/" + name + ".html", std::ios::binary} << report_page(document);
  };
  write("well", sample_document(30));
  write("faulty", faulty());
  write("long", long_run());
  write("burst", burst());
  write("empty", empty());
  write("hostile", hostile_run());
  return 0;
}
