// The requests of one lane that wait for the host.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ext/pb_ds/assoc_container.hpp>
#include <ext/pb_ds/tree_policy.hpp>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace midas::internal {

/// The position of a request in its lane: by the time at which it is due, then by arrival.
struct waiting_position {
  /// Its deadline, or when it becomes urgent.
  std::chrono::steady_clock::time_point due{};
  /// Numbers the requests in the order of their arrival.
  std::uint64_t id = 0;

  friend bool operator==(const waiting_position&, const waiting_position&) = default;
  friend bool operator<(const waiting_position& one, const waiting_position& other) noexcept {
    return std::tie(one.due, one.id) < std::tie(other.due, other.id);
  }
};

/// Each operation takes logarithmic time. Pure; not thread-safe.
class waiting_lane {
 public:
  /// One request, and a number for the identity that it is for.
  struct item {
    waiting_position position;
    std::size_t identity = 0;

    friend bool operator==(const item&, const item&) = default;
    friend bool operator<(const item& one, const item& other) noexcept {
      return std::tie(one.position, one.identity) < std::tie(other.position, other.identity);
    }
  };

  // A tree of GNU's library, since the trees of the standard library do not know the ranks of their
  // elements.
  using ranked_items =
      __gnu_pbds::tree<item, __gnu_pbds::null_type, std::less<>, __gnu_pbds::rb_tree_tag,
                       __gnu_pbds::tree_order_statistics_node_update>;

  void add(const item& added) {
    items_.insert(added);
    auto& same = by_identity_[added.identity];
    if (!same.empty()) {
      first_.erase({*same.begin(), added.identity});
    }
    same.insert(added.position);
    first_.insert({*same.begin(), added.identity});
  }

  void remove(const item& removed) {
    items_.erase(removed);
    const auto same = by_identity_.find(removed.identity);
    first_.erase({*same->second.begin(), removed.identity});
    same->second.erase(removed.position);
    if (same->second.empty()) {
      by_identity_.erase(same);
    } else {
      first_.insert({*same->second.begin(), removed.identity});
    }
  }

  /// The first request that is not for the identity `blocked`.
  [[nodiscard]] std::optional<item> first(std::optional<std::size_t> blocked) const {
    for (const auto& each : first_) {
      if (each.identity != blocked) {
        return each;
      }
    }
    return std::nullopt;
  }

  /// How many requests precede that position.
  [[nodiscard]] std::size_t rank(const waiting_position& position) const {
    return items_.order_of_key({position, 0});
  }

  /// In order.
  [[nodiscard]] const ranked_items& items() const noexcept { return items_; }
  [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }
  [[nodiscard]] bool empty() const noexcept { return items_.empty(); }

 private:
  ranked_items items_;
  std::map<std::size_t, std::set<waiting_position>> by_identity_;
  // The first request for each identity.
  std::set<item> first_;
};

}  // namespace midas::internal
