// What a token service costs while nobody asks: processor time, wake-ups, memory.
#include <midas/midas.hpp>

#include <fmt/format.h>

#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;

std::string status_value(const std::filesystem::path& file, const std::string& name) {
  std::ifstream in{file};
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(name + ":")) {
      return line.substr(line.find_first_not_of(" \t", name.size() + 1));
    }
  }
  return "0";
}

// How often each thread has gone to sleep of its own accord: once for each time it woke up.
std::map<std::string, long> sleeps() {
  std::map<std::string, long> result;
  for (const auto& thread : std::filesystem::directory_iterator{"/proc/self/task"}) {
    const auto status = thread.path() / "status";
    result[thread.path().filename().string() + " " + status_value(status, "Name")] =
        std::stol(status_value(status, "voluntary_ctxt_switches"));
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
  if (argc < 2) {
    fmt::print(stderr, "usage: midas_bench_idle http://127.0.0.1:PORT [SECONDS]\n");
    return 2;
  }
  const std::chrono::seconds duration{argc > 2 ? std::atoi(argv[2]) : 10};
  midas::token_service_options options;
  options.endpoint = argv[1];
  midas::token_service tokens{options};
  // With 1 s to wait, so that the timer that guards the deadline is over before the measurement.
  const auto token = tokens.get({.resource = "https://vault.azure.net"}, 1s);
  if (!token) {
    fmt::print(stderr, "{}\n", to_string(token.error()));
    return 1;
  }
  std::this_thread::sleep_for(1500ms);
  const auto sleeps_before = sleeps();
  const auto processor_before = processor_ms();
  std::this_thread::sleep_for(duration);
  const auto processor_after = processor_ms();
  const auto sleeps_after = sleeps();
  fmt::print("idle for {} s with a token at hand: {:.1f} ms of processor time, {} resident\n",
             duration.count(), processor_after - processor_before,
             status_value("/proc/self/status", "VmRSS"));
  fmt::print("wake-ups by thread (the main thread's one is its own sleep):\n");
  for (const auto& [thread, count] : sleeps_after) {
    const auto before = sleeps_before.find(thread);
    fmt::print("  {:<28}{:>6}\n", thread,
               count - (before == sleeps_before.end() ? 0 : before->second));
  }
}
