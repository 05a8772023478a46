// What a load run learns from the events of its token service.
#pragma once

#include "tools/load/fault_spans.hpp"
#include <midas/event_subscription.hpp>
#include <midas/token_service.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace midas::internal::tools {

/// Observes a service until it is destroyed. Thread-safe.
class run_observer {
 public:
  explicit run_observer(token_service& service);

  /// The acquisitions that answered callers with a token.
  [[nodiscard]] std::uint64_t fetched() const noexcept { return fetched_; }
  /// The faults of the host so far, in seconds since the observer was made.
  [[nodiscard]] std::vector<fault_span> faults() const;

 private:
  void handle(const token_event& event);

  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::atomic<std::uint64_t> fetched_ = 0;
  mutable std::mutex mutex_;
  std::string host_ = "the host";
  std::map<std::string, std::set<std::uint64_t>> faults_;
  event_subscription subscription_;
};

}  // namespace midas::internal::tools
