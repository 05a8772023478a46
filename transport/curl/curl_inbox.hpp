// The queue through which other threads reach the loop's thread.
#pragma once

#include "transport/http_transport.hpp"

#include <curl/curl.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

namespace midas::internal {

/// An exchange that has not been passed to libcurl yet.
struct curl_job {
  std::uint64_t id = 0;
  http_request request{};
  http_transport::completion done{};
};

/// push(), cancel(), close() and accepted() may be called from any thread.
class curl_inbox {
 public:
  /// Everything that arrived between two calls of wait().
  struct batch {
    std::vector<curl_job> starts{};
    std::vector<std::uint64_t> cancels{};
    bool closed = false;
  };

  /// What the loop's thread waits for in addition to arrivals.
  struct wait_limit {
    /// If not null, the thread also waits for the transfers of this handle. Other threads use it
    /// during the wait only, to wake the thread.
    CURLM* multi = nullptr;
    /// The longest wait; empty for no limit. Required with a handle.
    std::optional<std::chrono::milliseconds> time{};
  };

  /// Assigns the job an id and moves it into the inbox. False if the inbox is closed: the job then
  /// has an id but stays with the caller.
  bool push(curl_job& job);
  void cancel(std::uint64_t id);
  void close();

  /// Jobs accepted so far.
  [[nodiscard]] std::uint64_t accepted() const noexcept { return accepted_.load(); }

  /// For the loop's thread. Replaces the content of `to` with everything that has arrived; waits
  /// until there is something, within `limit`.
  void wait(batch& to, const wait_limit& limit);

 private:
  // What the loop's thread is waiting for, which determines how to wake it.
  enum class waiting { no, for_jobs, for_jobs_or_transfers };

  void wait_for_transfers(std::unique_lock<std::mutex>& lock, const wait_limit& limit);
  void wait_for_jobs(std::unique_lock<std::mutex>& lock,
                     std::optional<std::chrono::milliseconds> time);
  void wake();
  [[nodiscard]] bool has_arrivals() const noexcept;

  // Of the current wait.
  CURLM* multi_ = nullptr;
  std::mutex mutex_;
  std::condition_variable arrived_;
  waiting waiting_ = waiting::no;
  batch arrivals_;
  std::uint64_t last_id_ = 0;
  std::atomic<std::uint64_t> accepted_ = 0;
};

}  // namespace midas::internal
