// All exchanges that are under way, from their order to their completion.
#pragma once

#include "transport/curl/curl_exchange.hpp"
#include "transport/curl/curl_host_queue.hpp"
#include "transport/curl/curl_inbox.hpp"
#include "transport/curl/curl_multi_loop.hpp"
#include "transport/curl/curl_sockets.hpp"

#include <curl/curl.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace midas::internal {

/// Used by the loop's thread only, but for the counters. An exchange that ends, in whatever way,
/// waits for complete_finished() with its outcome: nothing else calls completions.
class curl_transfers {
 public:
  /// All three outlive the flights.
  curl_transfers(const curl_multi_options& options, curl_sockets& sockets, CURLM* multi);
  curl_transfers(const curl_transfers&) = delete;
  curl_transfers& operator=(const curl_transfers&) = delete;
  ~curl_transfers();

  /// How long the loop may wait for what libcurl is doing, unless something happens before; nothing
  /// while libcurl has nothing to do.
  [[nodiscard]] std::optional<std::chrono::milliseconds> max_wait() const noexcept;

  /// Begins the exchange, or puts it where it waits for its turn.
  void begin(curl_job job);
  /// Ends the exchange with errc::cancelled, if there is one with that id.
  void cancel(std::uint64_t id);
  /// Lets libcurl do what can be done without waiting.
  void transfer();
  /// Ends everything with errc::shutting_down, `orders` that have not begun too; gives all handles
  /// back.
  void end_all(std::vector<curl_job> jobs);
  /// Calls the completions of what has ended, with libcurl at rest: they may ask the loop for
  /// anything but to stop.
  void complete_finished();
  /// The same, but while others wait here for a connection it waits for some of those in flight,
  /// for a millisecond at most: each completion may wake a thread.
  void complete_finished_in_groups();

  /// From any thread. An exchange is counted as completed before its completion runs.
  [[nodiscard]] std::uint64_t completed() const noexcept { return completed_.load(); }
  [[nodiscard]] std::uint64_t connections_reused() const noexcept { return reused_.load(); }

 private:
  struct transfer_state;

  struct finished {
    http_transport::completion done;
    expected<http_response> outcome;
  };

  void start(curl_job job, curl_host_queue::host_quota& host);
  bool start_one(curl_job& job, curl_host_queue::host_quota& host);
  std::unique_ptr<transfer_state> idle_transfer();
  void transfer_once();
  void finish_transfer(transfer_state& ended, expected<http_response> outcome);
  void recycle(transfer_state& ended);
  void finish(http_transport::completion done, expected<http_response> outcome);

  const curl_multi_options& options_;
  curl_sockets& sockets_;
  CURLM* multi_;
  curl_host_queue hosts_;
  std::vector<std::unique_ptr<transfer_state>> transfers_;
  std::vector<std::unique_ptr<transfer_state>> idle_transfers_;
  std::vector<finished> finished_;
  // When the first of them ended.
  std::chrono::steady_clock::time_point finished_since_{};
  bool started_ = false;
  std::atomic<std::uint64_t> completed_ = 0;
  std::atomic<std::uint64_t> reused_ = 0;
};

}  // namespace midas::internal
