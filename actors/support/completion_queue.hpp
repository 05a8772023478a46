// What the transport's thread has finished, until the http actor takes it.
#pragma once

#include "messages/http_message.hpp"
#include <midas/error.hpp>

#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace midas::internal {

/// Exchanges finish many at a time, and a message for each would cost more than what it carries: so
/// one message tells of all that finished before it was read. Thread-safe.
class completion_queue {
 public:
  struct completion {
    std::uint64_t id = 0;
    expected<http_response> outcome;
  };

  /// Whether whoever takes has to be told: not if that has been done, and nothing was taken since.
  [[nodiscard]] bool push(std::uint64_t id, expected<http_response> outcome) {
    const std::lock_guard lock{mutex_};
    completions_.push_back({id, std::move(outcome)});
    return completions_.size() == 1;
  }

  /// Puts all that came since the last time, the earliest first, in place of what `taken` holds.
  void take(std::vector<completion>& taken) {
    // Not given back: the threads use the memory by turns.
    taken.clear();
    const std::lock_guard lock{mutex_};
    taken.swap(completions_);
  }

 private:
  std::mutex mutex_;
  std::vector<completion> completions_;
};

}  // namespace midas::internal
