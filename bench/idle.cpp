// The cost of an idle token service: processor time, wake-ups and memory. The host is a separate
// process.
#include "bench/bench_report.hpp"
#include "bench/child_process.hpp"
#include <midas/midas.hpp>

#include <fmt/format.h>

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <thread>

namespace {

using namespace midas::internal::bench;
using namespace std::chrono_literals;

// The voluntary context switches of each thread except the measuring one. Each of them is followed
// by a wake-up.
std::map<std::string, std::size_t> voluntary_switches() {
  std::map<std::string, std::size_t> result;
  for (const auto& thread : std::filesystem::directory_iterator{"/proc/self/task"}) {
    const auto id = thread.path().filename().string();
    if (id != std::to_string(::getpid())) {
      result[id] = status_value((thread.path() / "status").string(), "voluntary_ctxt_switches");
    }
  }
  return result;
}

double processor_ms() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_usec) / 1e3;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
  bench_report report{argc, argv};
  const auto duration = report.quick() ? 2s : 10s;
  const host_process host;
  midas::token_service_options options;
  options.endpoint = host.endpoint();
  midas::token_service tokens{options};
  // The timer of the 1 s deadline must expire before the measurement, and so must the acquisition,
  // which ends after ten idle seconds.
  const auto token = tokens.get({.resource = "https://vault.azure.net"}, 1s);
  if (!token) {
    fmt::print(stderr, "{}\n", to_string(token.error()));
    return 1;
  }
  std::this_thread::sleep_for(report.quick() ? 1500ms : 25s);
  auto wake_ups_before = voluntary_switches();
  const auto processor_before = processor_ms();
  std::this_thread::sleep_for(duration);
  const auto processor = processor_ms() - processor_before;
  std::size_t wake_ups = 0;
  const auto wake_ups_after = voluntary_switches();
  for (const auto& [thread, count] : wake_ups_after) {
    wake_ups += count - wake_ups_before[thread];
  }
  const auto resident =
      static_cast<double>(status_value("/proc/self/status", "VmRSS")) * 1'024 / 1e6;
  report.add(table{.title = fmt::format("Idle for {} s with one cached token", duration.count()),
                   .note = "The processor time includes the measurement itself.",
                   .headings = {"", "measured"},
                   .rows = {{"threads of midas and CAF", std::to_string(wake_ups_after.size())},
                            {"their wake-ups", std::to_string(wake_ups)},
                            {"processor time, ms", fmt::format("{:.1f}", processor)},
                            {"resident memory, MB", fmt::format("{:.1f}", resident)}}});
  report.add(figure{.name = "wake-ups of an idle service",
                    .target = "0",
                    .measured = std::to_string(wake_ups),
                    .reached = wake_ups == 0});
  return report.finish();
}
