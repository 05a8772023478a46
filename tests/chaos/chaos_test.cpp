// midas_chaos: runs a token service against a host that misbehaves, and checks the history.
//
//   midas_chaos [--seed N] [--seconds S]
//
// At the same time, services of their own meet rude callers. Without a seed it picks one. It prints
// the seed with its findings; the same seed repeats the plan. Exit codes: 0 no violation, 1
// violations, 2 wrong usage.
#include "tests/chaos/chaos_plan.hpp"
#include "tests/chaos/chaos_run.hpp"
#include "tests/chaos/rude_run.hpp"

#include <malloc.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace {

using namespace midas::internal::chaos;

constexpr std::size_t max_printed = 25;

// Rules for rude callers that do not hold yet: violations are printed, but do not count.
const std::set<std::string_view> open_rules{};

struct settings {
  std::optional<std::uint64_t> seed{};
  std::uint64_t seconds = 60;
};

std::optional<std::uint64_t> read_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc{} && end == text.data() + text.size() ? std::optional{number}
                                                                    : std::nullopt;
}

std::optional<settings> read_settings(std::span<char* const> arguments) {
  settings result;
  if (arguments.size() % 2 != 0) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    const std::string_view name = arguments[i];
    const auto number = read_number(arguments[i + 1]);
    if (!number || (name != "--seed" && name != "--seconds")) {
      return std::nullopt;
    }
    if (name == "--seed") {
      result.seed = number;
    } else {
      result.seconds = *number;
    }
  }
  return result;
}

std::uint64_t random_seed() {
  std::random_device source;
  return (std::uint64_t{source()} << 32U | source()) | 1U;
}

struct tally {
  std::size_t tokens = 0;
  std::size_t faults = 0;
  std::size_t violations = 0;
};

std::string list_of(const std::map<std::string, std::size_t>& counts) {
  std::string result;
  for (const auto& [name, count] : counts) {
    result += (result.empty() ? "" : ", ") + std::to_string(count) + " " + name;
  }
  return result.empty() ? "none" : result;
}

void print_summary(const std::string& title, const judged_history& judged, tally& total) {
  std::map<std::string, std::size_t> answers;
  for (const auto& request : judged.observed.requests) {
    for (const auto& answer : request.answers) {
      total.tokens += answer.token ? 1 : 0;
      ++answers[answer.token ? "tokens" : std::string{midas::to_string(answer.code)}];
    }
  }
  std::map<std::string, std::size_t> faults;
  std::size_t throttled = 0;
  for (const auto& request : judged.observed.host_requests) {
    total.faults += request.fault.empty() ? 0 : 1;
    throttled += request.fault.empty() && request.status == 429 ? 1 : 0;
    ++faults[request.fault.empty() ? "no fault" : request.fault];
  }
  const auto tolerance =
      std::chrono::duration_cast<std::chrono::milliseconds>(judged.bounds.tolerance);
  std::printf(
      "%s: %zu requests: %s\n  host: %zu requests (%zu over its limits): %s\n"
      "  tolerance %lld ms\n",
      title.c_str(), judged.observed.requests.size(), list_of(answers).c_str(),
      judged.observed.host_requests.size(), throttled, list_of(faults).c_str(),
      static_cast<long long>(tolerance.count()));
}

// Prints the violations. Returns false if some requests were not answered.
bool judge(const std::string& title, const judged_history& judged, tally& total) {
  print_summary(title, judged, total);
  const auto found = check(judged.observed, judged.bounds);
  for (std::size_t i = 0; i < std::min(found.size(), max_printed); ++i) {
    std::printf("  VIOLATION: %s\n", found[i].c_str());
  }
  if (found.size() > max_printed) {
    std::printf("  and %zu more\n", found.size() - max_printed);
  }
  total.violations += found.size();
  std::fflush(stdout);
  return judged.all_answered;
}

// The same for the services of the rude callers. The number of violations of open rules is printed.
bool judge_rude(const std::vector<rude_history>& services, tally& total) {
  std::map<std::string, std::size_t> answers;
  std::map<std::string, std::size_t> open;
  std::size_t requests = 0;
  bool all_answered = true;
  for (const auto& [service, judged] : services) {
    all_answered = all_answered && judged.all_answered;
    requests += judged.observed.requests.size();
    for (const auto& request : judged.observed.requests) {
      for (const auto& answer : request.answers) {
        ++answers[answer.token ? "tokens" : std::string{midas::to_string(answer.code)}];
      }
    }
    auto found = check(judged.observed, judged.bounds);
    for (auto& each : check_rude(judged.observed, judged.bounds)) {
      if (!open_rules.contains(each.rule)) {
        found.push_back(std::move(each.text));
      } else if (++open[each.rule] == 1) {
        std::printf("  open: %s: %s\n", service.c_str(), each.text.c_str());
      }
    }
    for (std::size_t i = 0; i < std::min(found.size(), max_printed); ++i) {
      std::printf("  VIOLATION: %s: %s\n", service.c_str(), found[i].c_str());
    }
    total.violations += found.size();
  }
  std::printf("  rude callers: %zu services, %zu requests: %s; violations of open rules: %s\n",
              services.size(), requests, list_of(answers).c_str(), list_of(open).c_str());
  std::fflush(stdout);
  return all_answered;
}

int conclude(const tally& total, std::uint64_t seed, std::uint64_t seconds) {
  if (total.tokens == 0 || total.faults == 0) {
    std::printf("nothing was tested: %zu tokens, %zu faults\n", total.tokens, total.faults);
  } else if (total.violations == 0) {
    std::printf("no violations; %zu tokens, %zu faults\n", total.tokens, total.faults);
    return EXIT_SUCCESS;
  } else {
    std::printf("%zu violations\n", total.violations);
  }
  std::printf("replay with: midas_chaos --seed %llu --seconds %llu\n",
              static_cast<unsigned long long>(seed), static_cast<unsigned long long>(seconds));
  return EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  const auto given = read_settings(std::span{argv, static_cast<std::size_t>(argc)}.subspan(1));
  if (!given) {
    std::fprintf(stderr, "usage: midas_chaos [--seed N] [--seconds S]\n");
    return 2;
  }
  const auto seed = given->seed.value_or(random_seed());
  const auto cycles = cycles_in(std::chrono::seconds{given->seconds});
  std::printf("seed %llu, %llu cycles\n", static_cast<unsigned long long>(seed),
              static_cast<unsigned long long>(cycles));
  std::fflush(stdout);
  tally total;
  chaos_run run{seed};
  rude_run rude{seed};
  bool all_answered = true;
  for (std::uint64_t number = 0; all_answered && number < cycles; ++number) {
    const auto cycle = plan_cycle(seed, number);
    const auto plan = plan_rude(seed, number);
    auto rude_services = std::async(std::launch::async, [&] { return rude.run(plan); });
    const auto polite = run.run(cycle);
    all_answered = judge("cycle " + std::to_string(number) +
                             ", host of the rude callers: " + to_string(plan.host_condition),
                         polite, total);
    all_answered = judge_rude(rude_services.get(), total) && all_answered;
    // Each cycle has threads of its own, which leave free memory scattered over the allocator's
    // arenas. Without it, the resident memory shows what is in use.
    ::malloc_trim(0);
  }
  all_answered = all_answered && judge("shutdown", run.shut_down(), total);
  const int result = conclude(total, seed, given->seconds);
  if (!all_answered) {
    // Their threads would keep the process from exiting.
    std::printf("some requests were never answered\n");
    std::fflush(stdout);
    std::_Exit(EXIT_FAILURE);
  }
  return result;
}
