// Limits how many exchanges run with each host at once; the others wait, ordered by deadline.
#pragma once

#include "transport/curl/curl_inbox.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace midas::internal {

/// Reads no clock.
class curl_host_queue {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using waiting_jobs = std::multimap<time_point, curl_job>;

  /// The slots of one host. Its address is stable while a slot is taken or waited for.
  struct host_quota {
    std::size_t active = 0;
    waiting_jobs waiting{};
  };

  /// `limit` is the number of slots per host; 0 means unlimited.
  explicit curl_host_queue(std::size_t limit) noexcept : limit_(limit) {}

  host_quota& quota_for(std::string_view url);
  /// True if the job may start; otherwise it is moved into the queue.
  bool acquire_slot(host_quota& quota, curl_job& job);
  /// Passes the slot on to the next waiting job, and returns that job; if none waits, the slot
  /// becomes free.
  std::optional<curl_job> release_slot(host_quota& quota);

  /// Takes one waiting job, all whose deadline has passed, or all of them, out of the queue.
  std::optional<curl_job> remove(std::uint64_t id);
  std::vector<curl_job> remove_expired(time_point now);
  std::vector<curl_job> remove_all() { return remove_expired(time_point::max()); }

  /// True if no job waits for a slot.
  [[nodiscard]] bool empty() const noexcept { return places_.empty(); }
  /// Hosts that the queue remembers.
  [[nodiscard]] std::size_t hosts() const noexcept { return hosts_.size(); }
  /// The earliest deadline of a waiting job; time_point::max() if none waits.
  [[nodiscard]] time_point earliest_deadline() const noexcept;

 private:
  struct place {
    host_quota* quota;
    waiting_jobs::iterator job;
  };

  curl_job extract(host_quota& quota, waiting_jobs::iterator job);

  std::size_t limit_;
  std::map<std::string, host_quota, std::less<>> hosts_;
  // Where each waiting job is, by its id.
  std::unordered_map<std::uint64_t, place> places_;
};

}  // namespace midas::internal
