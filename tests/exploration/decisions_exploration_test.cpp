// Explores the decisions of midas without actors: the rules hold in every order of events.
//
// MIDAS_EXPLORE_DEPTH sets the number of steps of each schedule. A violation prints its schedule,
// shortened, as a call that replays it.
#include "tests/exploration/decision_search.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <cstdlib>
#include <string>

using namespace midas::internal::exploration;
using namespace std::chrono_literals;

namespace {

// With sanitizers, or on a busy machine, as much as fits.
constexpr std::chrono::seconds patience{4};

void explore(const decision_case& given, std::size_t depth) {
  const auto* deeper = std::getenv("MIDAS_EXPLORE_DEPTH");
  const auto result =
      deeper != nullptr ? search(given, std::stoul(deeper)) : search(given, depth, patience);
  std::string text;
  if (result.found) {
    text = to_string(
        shortened(*result.found, [&](const schedule& steps) { return replay(given, steps); }));
  }
  INFO(text);
  CHECK_FALSE(result.found);
  CHECK(result.states > 100);
}

}  // namespace

TEST_CASE("no order of events loses a caller of one key") {
  explore(
      {.callers = {{"a", 300ms}, {"a", 1'500ms}, {"a", 5s}, {"a", 30s}}, .answers = {"ok", "503"}},
      9);
}

TEST_CASE("no order of events breaks the limits for two keys") {
  explore({.callers = {{"a", 1s}, {"b", 2s}, {"a", 5s}, {"b", 400ms}}, .answers = {"ok", "429"}},
          8);
}

TEST_CASE("no order of cancellations leaves work that nobody waits for") {
  explore({.callers = {{"a", 5s, true}, {"b", 2s, true}, {"a", 1s}}, .answers = {"ok", "401"}}, 9);
}

TEST_CASE("no order of refreshes and forced refreshes asks the host too often") {
  explore({.callers = {{"a", 1s}, {"a", 2s, false, true}, {"a", 5s, true, true}},
           .answers = {"short", "400", "503"},
           .limits = {2, 3}},
          9);
}

TEST_CASE("no order of unusable answers and timeouts ends the patience of a caller") {
  explore({.callers = {{"a", 30s}, {"b", 1s}, {"b", 30s}}, .answers = {"ok", "expired"}}, 9);
}

TEST_CASE("no order of callers keeps a nearer deadline waiting") {
  explore({.callers = {{"a", 5s}, {"b", 5s}, {"c", 2s}, {"b", 1s}},
           .answers = {"ok"},
           .limits = {.max_in_flight = 1, .max_per_second = 0}},
          9);
}
