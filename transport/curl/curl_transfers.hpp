// All exchanges of the loop, from the job to its completion.
#pragma once

#include "transport/curl/curl_exchange.hpp"
#include "transport/curl/curl_host_queue.hpp"
#include "transport/curl/curl_inbox.hpp"
#include "transport/curl/curl_multi_handle.hpp"
#include "transport/curl/curl_options.hpp"
#include "transport/curl/curl_sockets.hpp"

#include <curl/curl.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace midas::internal {

/// Used by the loop's thread only, except for the counters. When an exchange ends, however it ends,
/// its outcome is queued; only complete_finished() calls completions.
class curl_transfers {
 public:
  /// All three must outlive the object.
  curl_transfers(const curl_multi_options& options, curl_sockets& sockets,
                 curl_multi_handle& multi);
  curl_transfers(const curl_transfers&) = delete;
  curl_transfers& operator=(const curl_transfers&) = delete;
  ~curl_transfers();

  /// What the loop may wait for before it must call advance() and complete_finished() again: the
  /// transfers in flight, or without any the time to close the kept connections.
  [[nodiscard]] curl_inbox::wait_limit wait_limit() const noexcept;

  /// Starts the exchange, or queues it until its host has a free slot. Ends it with
  /// errc::deadline_exceeded if its deadline has passed.
  void begin(curl_job job);
  /// Ends the exchange with that id, if any, with errc::cancelled.
  void cancel(std::uint64_t id);
  /// Does everything that is possible without waiting: lets libcurl carry on with the transfers;
  /// ends every exchange whose deadline has passed while it waited for a slot, with
  /// errc::deadline_exceeded; closes the kept connections if none has been used for as long as
  /// they may be kept. A deadline does not end an exchange that has started.
  void advance();
  /// Ends every exchange with errc::shutting_down, including `jobs`, which have not begun; frees
  /// all easy handles.
  void stop_all(std::vector<curl_job> jobs);
  /// Calls the completions of finished exchanges, outside any callback of libcurl. A completion may
  /// call every function of the loop except stop().
  void complete_finished();
  /// Like complete_finished(), but while jobs wait for a slot it collects completions into groups,
  /// for one millisecond at most, since each completion may wake a thread.
  void complete_finished_in_groups();

  /// Any thread. An exchange counts as completed before its completion runs.
  [[nodiscard]] std::uint64_t completed() const noexcept { return completed_.load(); }
  [[nodiscard]] std::uint64_t connections_reused() const noexcept { return reused_.load(); }

 private:
  struct transfer;

  struct finished_exchange {
    http_transport::completion done;
    expected<http_response> outcome;
  };

  void start(curl_job job, curl_host_queue::host_quota& quota);
  bool try_start(curl_job& job, curl_host_queue::host_quota& quota);
  std::unique_ptr<transfer> take_idle_or_make();
  void end_expired();
  void perform();
  void perform_once();
  void close_unused();
  [[nodiscard]] std::chrono::steady_clock::time_point closing_time() const noexcept;
  void fail_all(const std::string& message);
  void finish(transfer& ended, expected<http_response> outcome);
  void recycle(transfer& ended);
  void enqueue_completion(http_transport::completion done, expected<http_response> outcome);

  const curl_multi_options& options_;
  curl_sockets& sockets_;
  curl_multi_handle& multi_;
  curl_host_queue hosts_;
  std::vector<std::unique_ptr<transfer>> active_;
  std::vector<std::unique_ptr<transfer>> idle_;
  std::vector<finished_exchange> finished_;
  // When the oldest entry of finished_ was added.
  std::chrono::steady_clock::time_point finished_since_{};
  bool started_ = false;
  // When the last transfer ended.
  std::chrono::steady_clock::time_point last_end_{};
  std::atomic<std::uint64_t> completed_ = 0;
  std::atomic<std::uint64_t> reused_ = 0;
};

}  // namespace midas::internal
