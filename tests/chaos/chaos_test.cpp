// midas_chaos: storms over a token service, and whether what its callers and the host saw may be.
//
//   midas_chaos [--seed N] [--seconds S]
//
// Without a seed it draws one. What is found is told with the seed, which replays the run. Ends
// with 0 if nothing is found, 1 if something is, 2 if it is called wrongly.
#include "tests/chaos/chaos_plan.hpp"
#include "tests/chaos/chaos_run.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>

namespace {

using namespace midas::internal::chaos;

constexpr std::size_t max_told = 25;

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

std::uint64_t draw_seed() {
  std::random_device source;
  return (std::uint64_t{source()} << 32U | source()) | 1U;
}

struct tally {
  std::size_t tokens = 0;
  std::size_t faults = 0;
  std::size_t violations = 0;
};

std::string listed(const std::map<std::string, std::size_t>& counts) {
  std::string result;
  for (const auto& [name, count] : counts) {
    result += (result.empty() ? "" : ", ") + std::to_string(count) + " " + name;
  }
  return result.empty() ? "none" : result;
}

void tell(const std::string& title, const judged_history& judged, tally& total) {
  std::map<std::string, std::size_t> answers;
  for (const auto& request : judged.what.requests) {
    for (const auto& answer : request.answers) {
      total.tokens += answer.token ? 1 : 0;
      ++answers[answer.token ? "tokens" : std::string{midas::to_string(answer.code)}];
    }
  }
  std::map<std::string, std::size_t> faults;
  std::size_t refused = 0;
  for (const auto& request : judged.what.host_requests) {
    total.faults += request.fault.empty() ? 0 : 1;
    refused += request.fault.empty() && request.status == 429 ? 1 : 0;
    ++faults[request.fault.empty() ? "as usual" : request.fault];
  }
  const auto tolerance =
      std::chrono::duration_cast<std::chrono::milliseconds>(judged.bounds.tolerance);
  std::printf(
      "%s: %zu requests: %s\n  host: %zu requests (%zu over its limits): %s\n"
      "  tolerance %lld ms\n",
      title.c_str(), judged.what.requests.size(), listed(answers).c_str(),
      judged.what.host_requests.size(), refused, listed(faults).c_str(),
      static_cast<long long>(tolerance.count()));
}

// Whether all is well.
bool judge(const std::string& title, const judged_history& judged, tally& total) {
  tell(title, judged, total);
  const auto found = check(judged.what, judged.bounds);
  for (std::size_t i = 0; i < std::min(found.size(), max_told); ++i) {
    std::printf("  VIOLATION: %s\n", found[i].c_str());
  }
  if (found.size() > max_told) {
    std::printf("  and %zu more\n", found.size() - max_told);
  }
  total.violations += found.size();
  std::fflush(stdout);
  return judged.all_answered;
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
  const auto seed = given->seed.value_or(draw_seed());
  const auto cycles = cycles_in(std::chrono::seconds{given->seconds});
  std::printf("seed %llu, %llu cycles\n", static_cast<unsigned long long>(seed),
              static_cast<unsigned long long>(cycles));
  std::fflush(stdout);
  tally total;
  chaos_run run{seed};
  bool returned = true;
  for (std::uint64_t number = 0; returned && number < cycles; ++number) {
    const auto cycle = plan_cycle(seed, number);
    returned = judge("cycle " + std::to_string(number), run.run(cycle), total);
  }
  returned = returned && judge("shutdown", run.shut_down(), total);
  const int result = conclude(total, seed, given->seconds);
  if (!returned) {
    // Threads that wait for ever would keep the process from ending.
    std::printf("somebody waits for ever\n");
    std::fflush(stdout);
    std::_Exit(EXIT_FAILURE);
  }
  return result;
}
