// Finished exchanges on their way from the transport's thread to the HTTP actor.
#pragma once

#include "messages/http_message.hpp"
#include <midas/error.hpp>

#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace midas::internal {

/// Many exchanges finish at a time, and a message costs more than the completion that it would
/// carry, so one message announces all completions that are pushed before it is read. Thread-safe.
class completion_queue {
 public:
  struct completion {
    std::uint64_t id = 0;
    expected<http_response> outcome;
    /// The request that has taken the place of this one.
    std::optional<std::uint64_t> successor{};
  };

  /// True if the HTTP actor must be notified: the queue was empty.
  [[nodiscard]] bool push(completion completed) {
    const std::lock_guard lock{mutex_};
    completions_.push_back(std::move(completed));
    return completions_.size() == 1;
  }

  /// Replaces the content of `taken` with all completions, the earliest first.
  void take(std::vector<completion>& taken) {
    // The two vectors are swapped, so that both threads reuse their memory.
    taken.clear();
    const std::lock_guard lock{mutex_};
    taken.swap(completions_);
  }

 private:
  std::mutex mutex_;
  std::vector<completion> completions_;
};

}  // namespace midas::internal
