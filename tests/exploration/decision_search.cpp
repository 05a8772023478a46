#include "tests/exploration/decision_search.hpp"

#include <cstdint>
#include <unordered_map>
#include <utility>

namespace midas::internal::exploration {

namespace {

std::optional<found_violation> violation_of(const explored_decisions& state,
                                            const schedule& steps) {
  const auto& all = state.rules().violations();
  return all.empty() ? std::nullopt : std::optional{found_violation{steps, all.front()}};
}

std::optional<found_violation> violation_at_end(explored_decisions state, const schedule& steps) {
  state.finish();
  return violation_of(state, steps);
}

class depth_first_search {
 public:
  explicit depth_first_search(std::chrono::milliseconds patience)
      : end_(std::chrono::steady_clock::now() + patience) {}

  void visit(const explored_decisions& state, std::size_t left) {
    auto& searched_depth = visited_[state.history()];
    if (searched_depth > left || result_.found) {
      return;
    }
    searched_depth = left + 1;
    result_.found = left == 0 ? violation_at_end(state, made_) : std::nullopt;
    if (left == 0) {
      return;
    }
    if (std::chrono::steady_clock::now() > end_) {
      result_.complete = false;
      return;
    }
    const auto steps = state.possible();
    if (steps.empty()) {
      result_.found = violation_at_end(state, made_);
    }
    for (const auto& step : steps) {
      auto next = state;
      next.perform(step);
      made_.push_back(step);
      result_.found = violation_of(next, made_);
      visit(next, left - 1);
      made_.pop_back();
      if (result_.found) {
        return;
      }
    }
  }

  searched result() && {
    result_.states = visited_.size();
    return std::move(result_);
  }

 private:
  std::chrono::steady_clock::time_point end_;
  searched result_;
  schedule made_;
  // The steps that were left when a state was visited, plus one.
  std::unordered_map<std::uint64_t, std::size_t> visited_;
};

}  // namespace

searched search(const decision_case& given, std::size_t depth, std::chrono::milliseconds patience) {
  depth_first_search made{patience};
  made.visit(explored_decisions{given}, depth);
  return std::move(made).result();
}

std::optional<found_violation> replay(const decision_case& given, const schedule& steps) {
  explored_decisions state{given};
  for (const auto& step : steps) {
    state.perform(step);
    if (auto found = violation_of(state, steps)) {
      return found;
    }
  }
  return violation_at_end(std::move(state), steps);
}

}  // namespace midas::internal::exploration
