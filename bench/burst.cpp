// A cold burst: callers that all ask for the same token at once, of a host that takes 50 ms. Each
// measurement is a run of `midas load` in a process of its own, whose memory and threads nobody has
// used before.
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
  // From when the callers are let go.
  double last_ms;
  // From when each of them asks.
  double slowest_ms;
  double peak_mb;
  double threads;
};

outcome run(const std::string& callers_are, std::size_t callers) {
  child_process load{{midas_program(), "load", "--once", "--json", "--latency", "50ms", "--as",
                      callers_are, "--callers", std::to_string(callers)}};
  std::size_t threads = 0;
  const auto told =
      load.read_all(5ms, [&load, &threads] { threads = std::max(threads, load.threads()); });
  rapidjson::Document found;
  found.Parse(told.c_str());
  if (load.wait() != 0 || found.HasParseError() || !found.IsObject()) {
    fmt::print(stderr, "midas load failed: {}\n", told);
    std::exit(1);
  }
  return {.requests = found["http_requests"].GetDouble(),
          .connections = found["connections"].GetDouble(),
          .last_ms = found["seconds"].GetDouble() * 1e3,
          .slowest_ms = found["latency_ms"]["max"].GetDouble(),
          .peak_mb = found["peak_rss_bytes"].GetDouble() / 1e6,
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

void judge(bench_report& report, const std::string& who, const series& seen) {
  const auto last = seen.middle(&outcome::last_ms);
  report.add(figure{.name = who + " at once, the last has its token",
                    .asked = fmt::format("within 1.3 times the host's latency ({:.0f} ms)",
                                         1.3 * host_latency_ms),
                    .seen = fmt::format("{:.2f} times ({:.1f} ms)", last / host_latency_ms, last),
                    .reached = last <= 1.3 * host_latency_ms});
  const auto peak = seen.most(&outcome::peak_mb);
  report.add(figure{.name = who + " at once, peak memory",
                    .asked = "less than 60 MB",
                    .seen = fmt::format("{:.1f} MB", peak),
                    .reached = peak < 60});
  const auto requests = seen.most(&outcome::requests);
  const auto connections = seen.most(&outcome::connections);
  report.add(figure{.name = who + " at once, what the host hears",
                    .asked = "1 request, 1 connection",
                    .seen = fmt::format("{:.0f}, {:.0f}", requests, connections),
                    .reached = requests == 1 && connections == 1});
}

}  // namespace

int main(int argc, char** argv) {
  bench_report report{argc, argv};
  const int rounds = report.quick() ? 1 : 11;
  table found{.title = "Callers at once, one resource, host latency 50 ms",
              .note = fmt::format("Medians of {} runs, in brackets the fastest and the slowest; "
                                  "memory and threads with those of the simulator and the callers.",
                                  rounds),
              .headings = {"callers", "HTTP requests", "connections", "the last after, ms",
                           "the slowest call, ms", "peak memory, MB", "threads"}};
  for (const std::size_t callers : {1'000U, 10'000U}) {
    for (const auto* const kind : {"actors", "coroutines", "callbacks", "threads"}) {
      series seen;
      for (int i = 0; i < rounds; ++i) {
        seen.add(run(kind, callers));
      }
      const auto who = fmt::format("{},000 {}", callers / 1'000, kind);
      found.rows.push_back({who, fmt::format("{:.0f}", seen.most(&outcome::requests)),
                            fmt::format("{:.0f}", seen.most(&outcome::connections)), seen.last(),
                            fmt::format("{:.1f}", seen.middle(&outcome::slowest_ms)),
                            fmt::format("{:.1f}", seen.middle(&outcome::peak_mb)),
                            fmt::format("{:.0f}", seen.most(&outcome::threads))});
      if (callers == 10'000 && std::string{kind} != "callbacks" && std::string{kind} != "threads") {
        judge(report, who, seen);
      }
    }
  }
  report.add(found);
  return report.finish();
}
