// The waiters of one service that have not been answered yet.
#pragma once

#include "messages/fork_watch.hpp"
#include <midas/error.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>

namespace midas::internal {

class token_waiter;

/// Lets a service that shuts down answer its waiters even if the actors that hold them do not run.
/// Every waiter of the service is listed here from its creation until its completion has run.
/// Thread-safe.
class open_waiters {
 public:
  /// The part of a waiter that links it to others.
  struct links {
    links* previous = nullptr;
    links* next = nullptr;
  };

  open_waiters() = default;
  open_waiters(const open_waiters&) = delete;
  open_waiters& operator=(const open_waiters&) = delete;
  ~open_waiters() = default;

  /// From now on, no waiter is added, and one that is destroyed without an answer gets
  /// errc::shutting_down. True for the first call only.
  [[nodiscard]] bool close() noexcept { return !closed_.exchange(true); }
  [[nodiscard]] bool closed() const noexcept { return closed_.load(); }

  /// Answers all waiters with `failure`, on the calling thread. Call after close().
  void answer_all(const error& failure);

  /// Blocks until every completion that another thread runs has returned. False if `deadline`
  /// passes first. Call after answer_all(), and not in a completion.
  bool wait_until_idle(std::chrono::steady_clock::time_point deadline);

  /// For waiters. add() does nothing after close(), remove() if the waiter was not added.
  void add(links& waiter);
  void remove(links& waiter) noexcept;

 private:
  // Several lists, so that threads seldom wait for each other.
  struct alignas(64) shard {
    std::mutex mutex;
    std::condition_variable emptied;
    links ends{&ends, &ends};

    std::optional<token_waiter> first_unanswered();
  };

  [[nodiscard]] shard& shard_of(const links& waiter) noexcept;

  const process_tag process_;
  std::atomic<bool> closed_ = false;
  std::array<shard, 8> shards_;
};

}  // namespace midas::internal
