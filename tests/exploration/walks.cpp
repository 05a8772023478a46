#include "tests/exploration/walks.hpp"

#include "tests/chaos/random_source.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace midas::internal::exploration {

namespace {

using chaos::random_source;

template <std::size_t Count>
std::string one_of(random_source& random, const std::array<const char*, Count>& all) {
  return all[random.below(Count)];
}

// What a walk does often and what it does not do at all: a walk that does everything a little finds
// less than many walks that each do something a lot.
struct taste {
  explicit taste(random_source& random)
      : steps(20 + random.below(60)),
        run(0.3 + 0.1 * static_cast<double>(random.below(6))),
        has_claims(random.with_probability(0.3)),
        has_forced(random.with_probability(0.4)),
        has_threads(random.with_probability(0.1)),
        // A blocked thread is answered like a callback, except when an actor dies.
        has_throwing(random.with_probability(has_threads ? 0.5 : 0.15)),
        has_deaths(random.with_probability(has_threads ? 0.5 : 0.2)),
        has_cancels(random.with_probability(0.4)),
        has_actors(random.with_probability(0.5)),
        time_while_busy(random.with_probability(0.5)),
        long_times(random.with_probability(0.3)) {}

  std::size_t steps;
  double run;
  bool has_claims;
  bool has_forced;
  bool has_threads;
  bool has_throwing;
  bool has_deaths;
  bool has_cancels;
  bool has_actors;
  bool time_while_busy;
  bool long_times;
};

std::string ask(random_source& random, const taste& likes) {
  constexpr std::array timeouts{"100", "500", "1000", "1500", "5000", "30000", "100000"};
  std::string unit = random.with_probability(0.6) ? "a" : "b";
  if (likes.has_throwing && random.with_probability(0.05)) {
    unit = "throw";
  } else if (likes.has_claims && random.with_probability(0.3)) {
    unit += "/c";
  }
  if (likes.has_threads && random.with_probability(0.2)) {
    // The real time that it may wait: it must never be the reason for its answer.
    return "ask " + unit + " 7200000 thread";
  }
  const auto* kind = likes.has_actors && random.with_probability(0.4) ? "actor" : "callback";
  const auto* forced = likes.has_forced && random.with_probability(0.3) ? " forced" : "";
  return "ask " + unit + " " + one_of(random, timeouts) + " " + kind + forced;
}

std::string answer(random_source& random, const taste& likes,
                   const std::vector<std::size_t>& open) {
  const auto& all = answers_of_host();
  auto what = random.with_probability(0.4) ? std::string{"ok"} : all[random.below(all.size())];
  if (what == "throw" && !likes.has_throwing) {
    what = "503";
  }
  return "answer " + std::to_string(open[random.below(open.size())]) + " " + what;
}

std::string time(random_source& random, const taste& likes) {
  constexpr std::array short_times{"1", "100", "400", "500", "1000", "1500", "4000"};
  constexpr std::array long_times{"10000", "30000", "60000", "3600000"};
  return "time " + (likes.long_times && random.with_probability(0.2) ? one_of(random, long_times)
                                                                     : one_of(random, short_times));
}

std::string next_step(random_source& random, const taste& likes, const explored_actors& actors) {
  const auto runnable = actors.runnable();
  if (!runnable.empty() && random.with_probability(likes.run)) {
    return runnable[random.below(runnable.size())];
  }
  const auto open = actors.open_exchanges();
  const auto draw = random.below(100);
  if (draw < 35 || actors.rules().callers() == 0) {
    return ask(random, likes);
  }
  if (draw < 60 && !open.empty()) {
    return answer(random, likes, open);
  }
  if (draw < 85 && (runnable.empty() || likes.time_while_busy)) {
    return time(random, likes);
  }
  if (draw < 95 && likes.has_cancels) {
    return "cancel " + std::to_string(random.below(actors.rules().callers()));
  }
  if (draw < 98 && likes.has_deaths) {
    return random.with_probability(0.5) ? "kill" : "fail";
  }
  if (draw >= 98) {
    return "shutdown";
  }
  return runnable.empty() ? time(random, likes) : runnable[random.below(runnable.size())];
}

std::optional<found_violation> first_violation(const explored_actors& actors, schedule steps) {
  const auto& all = actors.rules().violations();
  if (all.empty()) {
    return std::nullopt;
  }
  return found_violation{std::move(steps), all.front()};
}

// Which of the possible steps a schedule takes, choice by choice.
struct choice {
  std::size_t taken = 0;
  std::size_t possible = 1;
};

}  // namespace

std::string to_string(const found_violation& found) {
  return found.what.rule + ": " + found.what.text + "\nreplay(schedule_of(\"" +
         to_string(found.steps) + "\"))";
}

std::optional<found_violation> replay(const schedule& steps,
                                      const std::set<std::string_view>& ignored) {
  explored_actors actors{walk_limits, ignored};
  for (const auto& step : steps) {
    actors.perform(step);
    if (!actors.rules().violations().empty()) {
      return first_violation(actors, steps);
    }
  }
  actors.finish();
  return first_violation(actors, steps);
}

namespace {

// Returns the steps. Ends with the first violation.
schedule make_walk(std::uint64_t seed, explored_actors& actors) {
  random_source random{seed};
  const taste likes{random};
  schedule made;
  for (std::size_t i = 0; i < likes.steps && !actors.is_shut_down(); ++i) {
    auto step = next_step(random, likes, actors);
    if (actors.perform(step)) {
      made.push_back(std::move(step));
    }
    if (!actors.rules().violations().empty()) {
      return made;
    }
  }
  actors.finish();
  return made;
}

}  // namespace

std::optional<found_violation> walk(std::uint64_t seed, const std::set<std::string_view>& ignored) {
  explored_actors actors{walk_limits, ignored};
  auto made = make_walk(seed, actors);
  return first_violation(actors, std::move(made));
}

schedule steps_of_walk(std::uint64_t seed) {
  explored_actors actors{walk_limits, {all_rules().begin(), all_rules().end()}};
  return make_walk(seed, actors);
}

found_violation shortened(
    found_violation found,
    const std::function<std::optional<found_violation>(const schedule&)>& violates) {
  // Each replay of a thread that is never answered takes seconds.
  if (std::ranges::any_of(found.steps, [](const auto& step) { return step.ends_with("thread"); })) {
    return found;
  }
  for (std::size_t length = std::max<std::size_t>(found.steps.size() / 2, 1);; length /= 2) {
    for (std::size_t from = 0; from < found.steps.size();) {
      auto fewer = found.steps;
      const auto begin = fewer.begin() + static_cast<std::ptrdiff_t>(from);
      const auto left = static_cast<std::size_t>(fewer.end() - begin);
      fewer.erase(begin, begin + static_cast<std::ptrdiff_t>(std::min(length, left)));
      auto again = violates(fewer);
      if (again && again->what.rule == found.what.rule) {
        found = *std::move(again);
      } else {
        from += length;
      }
    }
    if (length == 1) {
      return found;
    }
  }
}

exhausted explore_all(const schedule& outside, std::size_t max,
                      const std::set<std::string_view>& ignored) {
  exhausted result;
  std::vector<choice> path;
  while (result.schedules < max) {
    explored_actors actors{walk_limits, ignored};
    schedule made;
    std::size_t next = 0;
    std::size_t depth = 0;
    while (actors.rules().violations().empty()) {
      auto possible = actors.runnable();
      if (next < outside.size()) {
        possible.push_back(outside[next]);
      }
      if (possible.empty()) {
        break;
      }
      if (depth == path.size()) {
        path.push_back({0, possible.size()});
      }
      const auto taken = path[depth++].taken;
      next += taken + 1 == possible.size() && next < outside.size() ? 1 : 0;
      actors.perform(possible[taken]);
      made.push_back(possible[taken]);
    }
    if (actors.rules().violations().empty()) {
      actors.finish();
    }
    ++result.schedules;
    if ((result.found = first_violation(actors, std::move(made)))) {
      return result;
    }
    path.resize(depth);
    while (!path.empty() && path.back().taken + 1 == path.back().possible) {
      path.pop_back();
    }
    if (path.empty()) {
      result.complete = true;
      return result;
    }
    ++path.back().taken;
  }
  return result;
}

}  // namespace midas::internal::exploration
