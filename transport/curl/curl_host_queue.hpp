// How many exchanges may be under way with each host at once, and who waits for a turn.
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
  /// One host's share; stays where it is while a turn is taken or waited for.
  struct host_quota {
    std::size_t active = 0;
    std::multimap<std::chrono::steady_clock::time_point, curl_job> waiting{};
  };

  /// 0 for no limit.
  explicit curl_host_queue(std::size_t limit) noexcept : limit_(limit) {}

  /// The host of a URL.
  host_quota& of(std::string_view url);
  /// Whether the order may go now; else it is kept until its turn.
  bool acquire_slot(host_quota& where, curl_job& job);
  /// Gives a turn back, and has the next one who waited for it, if any, with the turn taken.
  std::optional<curl_job> release_slot(host_quota& where);

  /// An order that waits, taken out.
  std::optional<curl_job> remove(std::uint64_t id);
  std::vector<curl_job> remove_all();

  /// No order waits for its turn.
  [[nodiscard]] bool is_empty() const noexcept {
    return std::ranges::all_of(hosts_,
                               [](const auto& each) { return each.second.waiting.empty(); });
  }

 private:
  std::size_t limit_;
  std::map<std::string, host_quota, std::less<>> hosts_;
};

}  // namespace midas::internal
