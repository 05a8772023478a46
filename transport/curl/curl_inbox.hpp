// What other threads ask of the loop's thread, and how they wake it.
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

/// An exchange that has not gone to libcurl yet.
struct curl_job {
  std::uint64_t id = 0;
  http_request request{};
  http_transport::completion done{};
};

/// What came in since the last time.
struct curl_jobs {
  std::vector<curl_job> starts{};
  std::vector<std::uint64_t> cancels{};
  bool closed = false;
};

class curl_inbox {
 public:
  /// `multi` outlives the inbox. From other threads it is only ever woken, never used.
  explicit curl_inbox(CURLM* multi) noexcept : multi_(multi) {}

  /// Gives the order its id and takes it; once closed, it only gives the id and says false.
  bool push(curl_job& job);
  void cancel(std::uint64_t id);
  void close();

  /// How many orders it has ever taken.
  [[nodiscard]] std::uint64_t accepted() const;

  /// For the loop's thread: waits for orders or, with `max_poll`, for libcurl to have something
  /// to do, if that comes first, and no longer than that. `orders` is emptied and filled.
  void wait(curl_jobs& jobs, std::optional<std::chrono::milliseconds> max_poll);

 private:
  // Who has to be woken by whoever puts something in, and how.
  enum class waiting { no, for_jobs, for_jobs_or_transfers };

  void wake();
  [[nodiscard]] bool has_jobs() const noexcept;

  CURLM* multi_;
  mutable std::mutex mutex_;
  std::condition_variable jobs_came_;
  waiting waiting_ = waiting::no;
  curl_jobs jobs_;
  std::uint64_t last_id_ = 0;
  std::uint64_t accepted_ = 0;
};

}  // namespace midas::internal
