// The queue through which other threads reach the loop's thread.
#pragma once

#include "transport/http_transport.hpp"

#include <curl/curl.h>

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

  /// `multi` must outlive the inbox. Other threads only wake it.
  explicit curl_inbox(CURLM* multi) noexcept : multi_(multi) {}

  /// Assigns the job an id and moves it into the inbox. False if the inbox is closed: the job then
  /// has an id but stays with the caller.
  bool push(curl_job& job);
  void cancel(std::uint64_t id);
  void close();

  /// Jobs accepted so far.
  [[nodiscard]] std::uint64_t accepted() const;

  /// For the loop's thread. Replaces the content of `to` with everything that has arrived; waits
  /// until there is something. With `max_poll`, also returns when libcurl has work to do, and after
  /// that time at the latest.
  void wait(batch& to, std::optional<std::chrono::milliseconds> max_poll);

 private:
  // What the loop's thread is waiting for, which determines how to wake it.
  enum class waiting { no, for_jobs, for_jobs_or_transfers };

  void wake();
  [[nodiscard]] bool has_arrivals() const noexcept;

  CURLM* multi_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  waiting waiting_ = waiting::no;
  batch arrivals_;
  std::uint64_t last_id_ = 0;
  std::uint64_t accepted_ = 0;
};

}  // namespace midas::internal
