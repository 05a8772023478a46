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

namespace midas {

class curl_host_queue {
 public:
  /// One host's share; stays where it is while a turn is taken or waited for.
  struct host {
    std::size_t turns = 0;
    std::multimap<std::chrono::steady_clock::time_point, curl_order> waiting{};
  };

  /// 0 for no limit.
  explicit curl_host_queue(std::size_t limit) noexcept : limit_(limit) {}

  /// The host of a URL.
  host& of(std::string_view url);
  /// Whether the order may go now; else it is kept until its turn.
  bool take_turn(host& where, curl_order& order);
  /// Gives a turn back, and has the next one who waited for it, if any, with the turn taken.
  std::optional<curl_order> end_turn(host& where);

  /// An order that waits, taken out.
  std::optional<curl_order> remove(std::uint64_t id);
  std::vector<curl_order> remove_all();

  /// No order waits for its turn.
  [[nodiscard]] bool none_waits() const noexcept {
    return std::ranges::all_of(hosts_,
                               [](const auto& each) { return each.second.waiting.empty(); });
  }

 private:
  std::size_t limit_;
  std::map<std::string, host, std::less<>> hosts_;
};

}  // namespace midas
