// Explores the actors of a token service: the rules hold whatever the order of their messages.
//
// MIDAS_EXPLORE_WALKS sets the number of random walks, MIDAS_EXPLORE_SEED the first seed. A
// violation prints its schedule, shortened, as a call that replays it.
#include "tests/exploration/walks.hpp"
#include "tests/support/catch.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

using namespace midas::internal::exploration;

namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::stoull(text) : otherwise;
}

void explore(const char* outside, std::size_t max) {
  const auto result = explore_all(schedule_of(outside), max);
  INFO((result.found ? to_string(shortened(*result.found)) : std::string{}));
  CHECK_FALSE(result.found);
  CHECK(result.schedules > 1);
}

}  // namespace

TEST_CASE("random walks violate no rule") {
  const auto walks = number_from("MIDAS_EXPLORE_WALKS", 10'000);
  const auto first = number_from("MIDAS_EXPLORE_SEED", 1);
  // With sanitizers, or on a busy machine, as many as fit.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{40};
  const bool on_demand = std::getenv("MIDAS_EXPLORE_WALKS") != nullptr;
  for (auto seed = first; seed < first + walks; ++seed) {
    if (!on_demand && std::chrono::steady_clock::now() > end) {
      break;
    }
    if (auto found = walk(seed)) {
      FAIL("seed " << seed << ": " << to_string(shortened(*std::move(found))));
    }
  }
}

TEST_CASE("no order of messages loses a deadline") {
  explore("ask a 100000 callback; ask a 1000 callback; time 1000; ask a 500 callback; time 500",
          2'000);
}

TEST_CASE("no order of messages loses a request during a shutdown") {
  explore("ask a 1000 callback; ask b 1000 actor; shutdown; ask a 1000 callback", 2'000);
}

TEST_CASE("no order of messages loses a request when the cache actor dies") {
  explore("ask a 1000 callback; kill; ask a 1000 actor", 2'000);
}

TEST_CASE("no order of messages leaves a thread blocked when an actor dies") {
  explore("ask a 7200000 thread; answer 0 throw; kill", 500);
}

TEST_CASE("no order of messages sends two requests for a key") {
  explore("ask a 5000 callback; answer 0 ok; ask a 5000 actor forced; ask a 5000 callback", 2'000);
}

TEST_CASE("schedules that once violated a rule violate none") {
  const auto* text = GENERATE(
      // A later deadline replaced an earlier one.
      "ask a 100000 callback; run cache; run acquisition; run http; ask a 1000 callback; run "
      "cache; "
      "run acquisition; time 1000; run cache; ask a 500 callback; run acquisition; run cache; "
      "run cache; run acquisition; time 500",
      // The thread itself kept the waiter that answers when its last copy is destroyed.
      "ask a 7200000 thread; run cache; run acquisition; run http; answer 0 throw; run http; "
      "run acquisition",
      // The cache actor that replaced another had not run yet, and so was not inside the gate.
      "kill; run cache; ask b 500 callback; shutdown",
      // A forced refresh that ended after a claims request put its older token back.
      "ask b/c 30000 callback; ask a 100 callback forced; run cache; run cache; run acquisition#2; "
      "run http; run acquisition; run http; ask b 5000 callback forced; run cache; run "
      "acquisition; "
      "run http; answer 0 reset; run http; answer 2 ok",
      // A caller with a nearer deadline joined a request that waited for its turn.
      "ask a/c 1000 callback forced; ask b 5000 callback forced; run cache; time 1500; "
      "ask a 500 callback; ask a/c 1500 callback; ask b/c 500 callback; run acquisition; run "
      "cache; "
      "run cache; run acquisition#2; run acquisition; ask a 1000 callback; run cache; time 1500; "
      "run cache; ask a 100 callback; run acquisition#2",
      // A request with claims published a token for which other callers waited.
      "ask b/c 5000 callback; ask b 5000 callback",
      // A request that was on its way when a token was published joined a forced refresh.
      "ask b 5000 callback; run cache; run acquisition; run http; answer 0 ok; ask b 1000 callback "
      "forced; ask b 100 callback",
      // An idle actor was ended although it remembered a refusal.
      "ask a 1000 actor; run cache; run acquisition; run http; ask a 30000 actor; run cache; run "
      "acquisition; time 4000; run cache; run acquisition; time 4000; run caller; run http; run "
      "cache; run http; run acquisition; run acquisition; run http; answer 1 400; time 4000; run "
      "http; run cache; run acquisition; run acquisition; ask a 1000 callback",
      // The only caller of a request that waited for its turn canceled it.
      "ask a 100000 callback; ask b/c 100 callback; run cache; run cache; cancel 1; "
      "ask a/c 5000 callback; run acquisition; run cache; run acquisition#2");
  const auto found = replay(schedule_of(text));
  INFO((found ? to_string(*found) : std::string{}));
  CHECK_FALSE(found);
}

// Not run by ctest: how many random walks violate each rule, with an example.
TEST_CASE("survey of the rules", "[.survey]") {
  struct entry {
    std::uint64_t walks = 0;
    std::string example;
  };
  const auto walks = number_from("MIDAS_EXPLORE_WALKS", 10'000);
  const auto first = number_from("MIDAS_EXPLORE_SEED", 1);
  std::map<std::string, entry> violated;
  for (auto seed = first; seed < first + walks; ++seed) {
    if (auto found = walk(seed)) {
      auto& rule = violated[found->what.rule];
      if (rule.walks++ == 0) {
        rule.example =
            "seed " + std::to_string(seed) + ": " + to_string(shortened(*std::move(found)));
      }
    }
  }
  for (const auto& [rule, found] : violated) {
    std::printf("%s: violated by %llu of %llu walks\n%s\n", rule.c_str(),
                static_cast<unsigned long long>(found.walks),
                static_cast<unsigned long long>(walks), found.example.c_str());
  }
}
