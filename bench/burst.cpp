// A cold burst: concurrent callers request the same token from a host with a latency of 50 ms. Each
// measurement is a run in a new process: of `midas load`, or of midas_bench_burst_azure_identity.
#include "bench/bench_report.hpp"
#include "bench/child_process.hpp"

#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using namespace midas::internal::bench;
using namespace std::chrono_literals;

constexpr double host_latency_ms = 50;

struct outcome {
  double requests;
  double connections;
  // From the start of the burst.
  double last_ms;
  // From the start of the call.
  double slowest_ms;
  double peak_mb;
  double threads;
};

// The row of the model of azure-identity for C++.
const std::string azure_identity = "threads, azure-identity's design";

std::vector<std::string> command_of(const std::string& kind, std::size_t callers) {
  if (kind == azure_identity) {
    return {MIDAS_BURST_AZURE_IDENTITY, std::to_string(callers)};
  }
  return {midas_program(), "load", "--once", "--json",    "--latency",
          "50ms",          "--as", kind,     "--callers", std::to_string(callers)};
}

outcome run(const std::string& kind, std::size_t callers) {
  child_process load{command_of(kind, callers)};
  std::size_t threads = 0;
  const auto output =
      load.read_all(5ms, [&load, &threads] { threads = std::max(threads, load.threads()); });
  rapidjson::Document report;
  report.Parse(output.c_str());
  if (load.wait() != 0 || report.HasParseError() || !report.IsObject()) {
    fmt::print(stderr, "{} failed: {}\n", command_of(kind, callers).front(), output);
    std::exit(1);
  }
  return {.requests = report["http_requests"].GetDouble(),
          .connections = report["connections"].GetDouble(),
          .last_ms = report["seconds"].GetDouble() * 1e3,
          .slowest_ms = report["latency_ms"]["max"].GetDouble(),
          .peak_mb = report["peak_rss_bytes"].GetDouble() / 1e6,
          .threads = static_cast<double>(threads)};
}

class series {
 public:
  void add(outcome one) { seen_.push_back(one); }

  [[nodiscard]] double middle(double outcome::*of) const { return median(all(of)); }
  [[nodiscard]] double most(double outcome::*of) const { return quantile(all(of), 1); }

  [[nodiscard]] std::string last() const {
    return fmt::format("{:.1f} ({:.1f} to {:.1f})", middle(&outcome::last_ms),
                       quantile(all(&outcome::last_ms), 0), most(&outcome::last_ms));
  }

 private:
  [[nodiscard]] std::vector<double> all(double outcome::*of) const {
    std::vector<double> result;
    for (const auto& one : seen_) {
      result.push_back(one.*of);
    }
    return result;
  }

  std::vector<outcome> seen_;
};

void add_figures(bench_report& report, const std::string& callers, const series& measured) {
  const auto last = measured.middle(&outcome::last_ms);
  report.add(figure{
      .name = callers + ", time to the last token",
      .target =
          fmt::format("at most 1.3 times the host's latency ({:.0f} ms)", 1.3 * host_latency_ms),
      .measured = fmt::format("{:.2f} times ({:.1f} ms)", last / host_latency_ms, last),
      .reached = last <= 1.3 * host_latency_ms});
  const auto peak = measured.most(&outcome::peak_mb);
  report.add(figure{.name = callers + ", peak memory",
                    .target = "less than 60 MB",
                    .measured = fmt::format("{:.1f} MB", peak),
                    .reached = peak < 60});
  const auto requests = measured.most(&outcome::requests);
  const auto connections = measured.most(&outcome::connections);
  report.add(figure{.name = callers + ", requests and connections at the host",
                    .target = "1 request, 1 connection",
                    .measured = fmt::format("{:.0f}, {:.0f}", requests, connections),
                    .reached = requests == 1 && connections == 1});
}

}  // namespace

int main(int argc, char** argv) {
  bench_report report{argc, argv};
  const int rounds = report.quick() ? 1 : 11;
  table summary{
      .title = "Concurrent callers, one resource, host latency 50 ms",
      .note = fmt::format("Medians of {} runs, with the fastest and the slowest in "
                          "parentheses. Memory and threads include those of the simulator "
                          "and the callers.",
                          rounds),
      .headings = {"callers", "HTTP requests", "connections", "last token after, ms",
                   "slowest call, ms", "peak memory, MB", "threads"}};
  for (const std::size_t callers : {1'000U, 10'000U}) {
    for (const auto& kind : {std::string{"actors"}, std::string{"coroutines"},
                             std::string{"callbacks"}, std::string{"threads"}, azure_identity}) {
      series measured;
      for (int i = 0; i < rounds; ++i) {
        measured.add(run(kind, callers));
      }
      const auto label = fmt::format("{},000 {}", callers / 1'000, kind);
      summary.rows.push_back({label, fmt::format("{:.0f}", measured.most(&outcome::requests)),
                              fmt::format("{:.0f}", measured.most(&outcome::connections)),
                              measured.last(),
                              fmt::format("{:.1f}", measured.middle(&outcome::slowest_ms)),
                              fmt::format("{:.1f}", measured.middle(&outcome::peak_mb)),
                              fmt::format("{:.0f}", measured.most(&outcome::threads))});
      if (callers == 10'000 && (kind == "actors" || kind == "coroutines")) {
        add_figures(report, label, measured);
      }
    }
  }
  report.add(summary);
  return report.finish();
}
