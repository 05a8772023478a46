// Limits how many exchanges run with each host at once; the others wait, ordered by deadline.
#pragma once

#include "transport/curl/curl_inbox.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal {

class curl_host_queue {
 public:
  /// The slots of one host. Its address is stable while a slot is taken or waited for.
  struct host_quota {
    std::size_t active = 0;
    std::multimap<std::chrono::steady_clock::time_point, curl_job> waiting{};
  };

  /// `limit` is the number of slots per host; 0 means unlimited.
  explicit curl_host_queue(std::size_t limit) noexcept : limit_(limit) {}

  host_quota& quota_for(std::string_view url);
  /// True if the job may start; otherwise it is moved into the queue.
  bool acquire_slot(host_quota& quota, curl_job& job);
  /// Passes the slot on to the next waiting job, and returns that job; if none waits, the slot
  /// becomes free.
  std::optional<curl_job> release_slot(host_quota& quota);

  /// Takes one waiting job, or all of them, out of the queue.
  std::optional<curl_job> remove(std::uint64_t id);
  std::vector<curl_job> remove_all();

  /// True if no job waits for a slot.
  [[nodiscard]] bool empty() const noexcept {
    return std::ranges::all_of(hosts_,
                               [](const auto& each) { return each.second.waiting.empty(); });
  }

 private:
  std::size_t limit_;
  std::map<std::string, host_quota, std::less<>> hosts_;
};

}  // namespace midas::internal
