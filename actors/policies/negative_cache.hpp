// Keeps a host's refusal of a request for a limited time.
#pragma once

#include <midas/error.hpp>

#include <chrono>
#include <optional>
#include <utility>

namespace midas::internal {

/// Holds at most one refusal. Not thread-safe. Pure: time is an argument.
class negative_cache {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Replaces the refusal; find() returns it before `end`.
  void store(error refusal, time_point end) {
    refusal_ = std::move(refusal);
    end_ = end;
  }

  void clear() { refusal_.reset(); }

  [[nodiscard]] std::optional<error> find(time_point now) const {
    return has(now) ? refusal_ : std::nullopt;
  }

  [[nodiscard]] bool has(time_point now) const noexcept { return refusal_ && now < end_; }

 private:
  std::optional<error> refusal_;
  time_point end_{};
};

}  // namespace midas::internal
