// Collects what many callers are told, from whatever threads, and waits for all of them.
#pragma once

#include <midas/access_token.hpp>
#include <midas/error.hpp>

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <vector>

namespace midas::internal::test {

class outcomes {
 public:
  void add(expected<access_token> outcome) {
    const std::lock_guard lock{mutex_};
    told_.push_back(std::move(outcome));
    came_.notify_all();
  }

  /// Until that many have come; then all that have.
  std::vector<expected<access_token>> wait_for(std::size_t count) {
    std::unique_lock lock{mutex_};
    came_.wait(lock, [this, count] { return told_.size() >= count; });
    return told_;
  }

  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock{mutex_};
    return told_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable came_;
  std::vector<expected<access_token>> told_;
};

inline bool all_same_token(const std::vector<expected<access_token>>& told) {
  return !told.empty() && std::ranges::all_of(told, [&told](const auto& each) {
    return each && each->token() == told.front()->token();
  });
}

inline bool all_are(const std::vector<expected<access_token>>& told, errc code) {
  return std::ranges::all_of(
      told, [code](const auto& each) { return !each && each.error().code == code; });
}

}  // namespace midas::internal::test
