// A token store that the test scripts, and a thread for it that the test plays.
#pragma once

#include "actors/support/call_runner.hpp"
#include <midas/token_store.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace midas::internal::test {

/// Records the calls. Not thread-safe.
class scripted_store final : public token_store {
 public:
  expected<std::vector<stored_token>> load() override {
    ++loads;
    return on_load ? on_load() : content;
  }

  expected<void> save(std::span<const stored_token> tokens) override {
    std::vector<stored_token> call{tokens.begin(), tokens.end()};
    saves.push_back(call);
    return on_save ? on_save() : expected<void>{};
  }

  expected<void> remove(std::span<const token_key> /*keys*/) override { return {}; }

  /// The texts of the tokens in the n-th call, in the order of their resources.
  [[nodiscard]] std::vector<std::string> saved(std::size_t call) const {
    auto tokens = saves.at(call);
    std::ranges::sort(tokens, {}, [](const auto& each) { return each.grant.resource; });
    std::vector<std::string> result;
    for (const auto& each : tokens) {
      result.emplace_back(each.grant.token.reveal());
    }
    return result;
  }

  /// What load() returns, unless on_load is set.
  std::vector<stored_token> content;
  std::function<expected<std::vector<stored_token>>()> on_load;
  std::function<expected<void>()> on_save;
  int loads = 0;
  std::vector<std::vector<stored_token>> saves;
};

/// Runs its jobs when the test says so.
class manual_runner final : public call_runner {
 public:
  bool run(std::function<void()> job) override {
    if (has_thread) {
      jobs.push_back(std::move(job));
    }
    return has_thread;
  }

  void stop(std::chrono::steady_clock::time_point /*deadline*/) override { stopped = true; }

  void run_all() {
    while (!jobs.empty()) {
      auto job = std::move(jobs.front());
      jobs.pop_front();
      job();
    }
  }

  std::deque<std::function<void()>> jobs;
  bool has_thread = true;
  bool stopped = false;
};

}  // namespace midas::internal::test
