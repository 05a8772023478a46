// What a token service has done so far, counted.
#pragma once

#include "transport/http_transport.hpp"

#include <atomic>
#include <cstdint>

namespace midas {

/// Counted since the service was made, but for what says otherwise.
struct token_service_statistics {
  /// Requests answered with a token.
  std::uint64_t tokens = 0;
  /// Requests answered with an error.
  std::uint64_t errors = 0;
  /// Of the tokens, those that were at hand.
  std::uint64_t cache_hits = 0;
  /// Requests that joined an acquisition under way.
  std::uint64_t coalesced = 0;
  /// Acquisitions begun.
  std::uint64_t acquisitions = 0;
  /// Of the acquisitions, those that renew a token in the background.
  std::uint64_t refreshes = 0;
  /// Attempts that failed and were made again.
  std::uint64_t retries = 0;
  /// Answers of the host that said 429.
  std::uint64_t throttled = 0;
  /// Keys in memory just now, by the tokens published for them.
  std::uint64_t keys = 0;
  /// What went over the wire.
  http_transport_statistics http{};
};

/// The counters behind it, which actors and callers' threads add to.
struct token_service_counters {
  std::atomic<std::uint64_t> tokens = 0;
  std::atomic<std::uint64_t> errors = 0;
  std::atomic<std::uint64_t> cache_hits = 0;
  std::atomic<std::uint64_t> coalesced = 0;
  std::atomic<std::uint64_t> acquisitions = 0;
  std::atomic<std::uint64_t> refreshes = 0;
  std::atomic<std::uint64_t> retries = 0;
  std::atomic<std::uint64_t> throttled = 0;

  static void add(std::atomic<std::uint64_t>& counter, std::uint64_t count = 1) noexcept {
    counter.fetch_add(count, std::memory_order_relaxed);
  }
};

}  // namespace midas
