// Which request goes to the host next, and when. Pure: time is an argument.
#pragma once

#include "actors/policies/crowded_lane.hpp"
#include "actors/policies/fair_lanes.hpp"
#include "actors/policies/host_budget.hpp"
#include "actors/policies/purpose_turns.hpp"
#include "messages/http_message.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace midas::internal {

/// Requests wait here until the host's budget admits them. Cold keys go before refreshes, which
/// have a share of the requests (purpose_turns). Among either, the lanes take turns; within a lane
/// the earliest deadline is first, and the refresh that becomes urgent first. Where the host limits
/// the requests per second, a lane leaves some of them to the others (crowded_lane). All operations
/// take logarithmic time, except take_late(). Not thread-safe.
class admission_queue {
 public:
  using time_point = host_budget::time_point;

  struct request {
    /// Unique, and greater than those of earlier requests.
    std::uint64_t id = 0;
    time_point deadline{};
    std::uint32_t lane = 0;
    request_purpose purpose = request_purpose::cold_key;
    /// Identifies the identity that the token is for; 0 if it is not known. The requests for one
    /// identity leave one slot free for the others.
    std::size_t identity = 0;
    /// When a refresh becomes urgent: its token will not be handed out for much longer.
    time_point urgent_at = time_point::max();
  };

  /// A request that is not sent, and the time until it would be at the earliest;
  /// nanoseconds::max() if requests in flight must end first.
  struct rejection {
    std::uint64_t id = 0;
    time_point deadline{};
    std::chrono::nanoseconds wait{};
    /// When the request was added.
    time_point since = time_point::max();
  };

  /// Limits the cold keys of each lane, waiting and in flight.
  explicit admission_queue(std::size_t max_cold_per_lane) : max_cold_per_lane_(max_cold_per_lane) {}

  /// False if the request is for another cold key, and its lane has as many as it may.
  [[nodiscard]] bool has_room(const request& asked) const;

  /// The time until the request would be admitted; empty if it would be admitted before its
  /// deadline, and min_time_after_pause before it after a pause, as far as is known at `now`.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> wait_beyond(const request& asked,
                                                                    host_budget& budget,
                                                                    time_point now) const;

  void add(const request& added, time_point now);

  /// A caller with that deadline waits for the request. A refresh becomes a cold key with this
  /// deadline; another request is moved if its deadline is later. Returns the deadline from then
  /// on; empty if the request does not wait.
  std::optional<time_point> hasten(std::uint64_t id, time_point deadline, time_point now);

  /// Removes a request that waits or is in flight.
  void remove(std::uint64_t id);

  /// When the next request is admitted; time_point::max() if none waits, or if a request in flight
  /// must end first.
  [[nodiscard]] time_point next_admission(host_budget& budget, time_point now) const;

  /// The request whose turn it is, if the budget admits it at `now`. It is in flight from then on,
  /// until remove().
  [[nodiscard]] std::optional<std::uint64_t> admit(host_budget& budget, time_point now);

  /// The next requests, at most `count`, in the order in which they will be admitted unless others
  /// are added.
  [[nodiscard]] std::vector<std::uint64_t> next(std::size_t count, time_point now) const;

  /// That request has been sent in the place of another, whatever the budget admits. False if it
  /// does not wait.
  bool admit(std::uint64_t id, host_budget& budget, time_point now);

  /// Takes the requests whose deadline has passed, or that would be admitted too late: others have
  /// gone before them since they were added, or the budget is smaller.
  [[nodiscard]] std::vector<rejection> take_late(host_budget& budget, time_point now);

  /// When to call take_late() at the latest.
  [[nodiscard]] time_point next_late(time_point now) const;

  /// When to call take_late() and admit(), unless something changes before.
  [[nodiscard]] time_point next_change(host_budget& budget, time_point now) const {
    return std::min(next_admission(budget, now), next_late(now));
  }

  /// From now on, no refresh is admitted, and none goes before a cold key. hasten() makes one a
  /// cold key; the others wait until they are removed or late.
  void hold_refreshes() noexcept { holds_refreshes_ = true; }

  [[nodiscard]] std::size_t waiting_refreshes() const noexcept { return refreshes_.size(); }
  [[nodiscard]] std::size_t waiting() const noexcept { return refreshes_.size() + cold_.size(); }

 private:
  struct entry {
    request asked;
    time_point added_at{};
    // Before the deadline, so that its callers learn in time why it waits.
    time_point refused_at{};
    bool in_flight = false;
  };

  // Those that the budget may admit.
  [[nodiscard]] const fair_lanes& refreshes() const noexcept {
    return holds_refreshes_ ? none_ : refreshes_;
  }
  static fair_lanes::item item_of(const request& asked) {
    const bool is_refresh = asked.purpose == request_purpose::refresh;
    return {{is_refresh ? asked.urgent_at : asked.deadline, asked.id}, asked.identity};
  }
  [[nodiscard]] fair_lanes& lanes_of(request_purpose purpose) {
    return purpose == request_purpose::refresh ? refreshes_ : cold_;
  }
  [[nodiscard]] std::optional<std::size_t> blocked(host_budget& budget, time_point now) const;
  // The lane whose cold keys must wait, although the budget may admit them.
  [[nodiscard]] std::optional<std::uint32_t> crowded(time_point now) const;
  [[nodiscard]] std::size_t ahead(const request& asked, time_point now) const;
  [[nodiscard]] bool is_turn_of_cold(std::optional<std::size_t> passed_over,
                                     std::optional<std::uint32_t> crowd, time_point now) const;
  void begin(entry& admitted, host_budget& budget, time_point now);
  void enqueue(entry& added, time_point now);
  void dequeue(const entry& removed);
  void find_expired(host_budget& budget, time_point now, std::vector<rejection>& late) const;
  void find_overtaken(host_budget& budget, time_point now, std::vector<rejection>& late);

  std::size_t max_cold_per_lane_;
  std::unordered_map<std::uint64_t, entry> requests_;
  fair_lanes refreshes_;
  fair_lanes none_;
  fair_lanes cold_;
  bool holds_refreshes_ = false;
  crowded_lane crowded_;
  // The waiting requests by refused_at and id.
  std::set<std::pair<time_point, std::uint64_t>> ends_;
  std::unordered_map<std::uint32_t, std::size_t> cold_of_lane_;
  std::unordered_map<std::size_t, std::size_t> in_flight_of_identity_;
  purpose_turns turns_;
  // Added or moved since find_overtaken().
  std::size_t changes_ = 0;
  time_point budget_open_at_ = time_point::min();
};

}  // namespace midas::internal
