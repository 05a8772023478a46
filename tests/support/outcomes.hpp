// Collects the answers of many callers, from any thread.
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
    received_.push_back(std::move(outcome));
    arrived_.notify_all();
  }

  /// Waits until `count` answers have arrived. Returns all of them.
  std::vector<expected<access_token>> wait_for(std::size_t count) {
    std::unique_lock lock{mutex_};
    arrived_.wait(lock, [this, count] { return received_.size() >= count; });
    return received_;
  }

  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock{mutex_};
    return received_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<expected<access_token>> received_;
};

inline bool all_same_token(const std::vector<expected<access_token>>& received) {
  return !received.empty() && std::ranges::all_of(received, [&received](const auto& each) {
    return each && each->token() == received.front()->token();
  });
}

inline bool all_are(const std::vector<expected<access_token>>& received, errc code) {
  return std::ranges::all_of(
      received, [code](const auto& each) { return !each && each.error().code == code; });
}

}  // namespace midas::internal::test
