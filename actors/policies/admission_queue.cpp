#include "actors/policies/admission_queue.hpp"

#include <algorithm>

namespace midas::internal {

namespace {

using std::chrono::nanoseconds;

constexpr std::chrono::milliseconds max_notice{20};

// An eighth, so that it is small against any deadline.
admission_queue::time_point refusal_time(admission_queue::time_point deadline,
                                         admission_queue::time_point now) {
  return deadline - std::clamp<nanoseconds>((deadline - now) / 8, nanoseconds::zero(), max_notice);
}

// Refreshes are in the order in which they become urgent.
bool is_urgent(const std::optional<std::pair<std::uint32_t, fair_lanes::item>>& refresh,
               admission_queue::time_point at) {
  return refresh && refresh->second.position.due <= at;
}

}  // namespace

bool admission_queue::has_room(const request& asked) const {
  if (asked.purpose == request_purpose::refresh) {
    return true;
  }
  const auto lane = cold_of_lane_.find(asked.lane);
  return lane == cold_of_lane_.end() || lane->second < max_cold_per_lane_;
}

std::optional<nanoseconds> admission_queue::wait_beyond(const request& asked, host_budget& budget,
                                                        time_point now) const {
  // A request for another identity than the blocked one may pass any number of requests.
  const auto passed_over = blocked(budget, now);
  const bool must_wait = !passed_over || *passed_over == asked.identity;
  const auto before = must_wait && budget.limits_rate() ? ahead(asked, now) : 0;
  const auto admitted_at = budget.earliest_admission(before, now);
  const bool is_late = admitted_at >= asked.deadline || budget.pause_outlasts(asked.deadline, now);
  return is_late ? std::optional{admitted_at - now} : std::nullopt;
}

void admission_queue::add(const request& added, time_point now) {
  enqueue(requests_.insert_or_assign(added.id, entry{added, now}).first->second, now);
  if (added.purpose == request_purpose::cold_key) {
    ++cold_of_lane_[added.lane];
  }
}

std::optional<admission_queue::time_point> admission_queue::hasten(std::uint64_t id,
                                                                   time_point deadline,
                                                                   time_point now) {
  const auto at = requests_.find(id);
  if (at == requests_.end() || at->second.in_flight) {
    return std::nullopt;
  }
  auto& moved = at->second;
  const bool is_refresh = moved.asked.purpose == request_purpose::refresh;
  if (is_refresh || deadline < moved.asked.deadline) {
    dequeue(moved);
    moved.asked.deadline = deadline;
    moved.asked.purpose = request_purpose::cold_key;
    cold_of_lane_[moved.asked.lane] += is_refresh ? 1 : 0;
    enqueue(moved, now);
  }
  return moved.asked.deadline;
}

void admission_queue::remove(std::uint64_t id) {
  const auto at = requests_.find(id);
  if (at == requests_.end()) {
    return;
  }
  const auto& removed = at->second;
  if (!removed.in_flight) {
    dequeue(removed);
  } else if (const auto same = in_flight_of_identity_.find(removed.asked.identity);
             --same->second == 0) {
    in_flight_of_identity_.erase(same);
  }
  if (removed.asked.purpose == request_purpose::cold_key) {
    const auto lane = cold_of_lane_.find(removed.asked.lane);
    if (--lane->second == 0) {
      cold_of_lane_.erase(lane);
    }
  }
  requests_.erase(at);
}

admission_queue::time_point admission_queue::next_admission(host_budget& budget,
                                                            time_point now) const {
  const auto passed_over = blocked(budget, now);
  if (refreshes().has_next(passed_over) || cold_.has_next(passed_over, crowded(now))) {
    return budget.next_admission(now);
  }
  const auto crowd = crowded_.find(now);
  return crowd && cold_.has_next(passed_over) ? std::max(budget.next_admission(now), crowd->until)
                                              : time_point::max();
}

std::optional<std::uint64_t> admission_queue::admit(host_budget& budget, time_point now) {
  if (next_admission(budget, now) > now) {
    return std::nullopt;
  }
  const auto passed_over = blocked(budget, now);
  const auto crowd = crowded(now);
  const bool cold = is_turn_of_cold(passed_over, crowd, now);
  const auto next = (cold ? cold_.next(passed_over, crowd) : refreshes().next(passed_over)).second;
  begin(requests_.at(next.position.id), budget, now);
  return next.position.id;
}

std::vector<std::uint64_t> admission_queue::next(std::size_t count, time_point now) const {
  std::vector<std::uint64_t> result;
  fair_lanes::order waiting{refreshes(), count};
  fair_lanes::order cold{cold_, count};
  auto turns = turns_;
  while (result.size() < count) {
    const auto refresh = waiting.next();
    const auto other = cold.next();
    if (!refresh && !other) {
      break;
    }
    const bool is_cold =
        turns.is_turn_of_cold(refresh.has_value(), other.has_value(), is_urgent(refresh, now));
    result.push_back((is_cold ? *other : *refresh).second.position.id);
    (is_cold ? cold : waiting).take();
    turns.begin(is_cold);
  }
  return result;
}

bool admission_queue::admit(std::uint64_t id, host_budget& budget, time_point now) {
  const auto at = requests_.find(id);
  if (at == requests_.end() || at->second.in_flight) {
    return false;
  }
  begin(at->second, budget, now);
  return true;
}

void admission_queue::begin(entry& admitted, host_budget& budget, time_point now) {
  const auto& asked = admitted.asked;
  const bool is_cold = asked.purpose == request_purpose::cold_key;
  turns_.begin(is_cold);
  dequeue(admitted);
  lanes_of(asked.purpose).end_turn(asked.lane);
  if (is_cold) {
    crowded_.begin(asked.lane, budget.limits().max_per_second, now);
  }
  admitted.in_flight = true;
  ++in_flight_of_identity_[asked.identity];
  budget.begin(now);
}

// Only one identity can have all requests in flight.
std::optional<std::size_t> admission_queue::blocked(host_budget& budget, time_point now) const {
  if (in_flight_of_identity_.size() != 1) {
    return std::nullopt;
  }
  const auto& [identity, count] = *in_flight_of_identity_.begin();
  const bool has_all = identity != 0 && count >= budget.max_in_flight_per_identity(now);
  return has_all ? std::optional{identity} : std::nullopt;
}

std::optional<std::uint32_t> admission_queue::crowded(time_point now) const {
  const auto found = crowded_.find(now);
  return found ? std::optional{found->lane} : std::nullopt;
}

std::size_t admission_queue::ahead(const request& asked, time_point now) const {
  const auto position = item_of(asked).position;
  const auto crowd = crowded(now);
  if (asked.purpose == request_purpose::refresh) {
    const auto before = refreshes_.ahead(asked.lane, position);
    return before + std::min(turns_.cold_before(before), cold_.size_without(crowd));
  }
  const auto cold = cold_.ahead(asked.lane, position, crowd);
  return cold + std::min(turns_.refreshes_before(cold), refreshes().size());
}

bool admission_queue::is_turn_of_cold(std::optional<std::size_t> passed_over,
                                      std::optional<std::uint32_t> crowd, time_point now) const {
  const auto refresh = refreshes().has_next(passed_over)
                           ? std::optional{refreshes().next(passed_over)}
                           : std::nullopt;
  return turns_.is_turn_of_cold(refresh.has_value(), cold_.has_next(passed_over, crowd),
                                is_urgent(refresh, now));
}

void admission_queue::enqueue(entry& added, time_point now) {
  added.refused_at = refusal_time(added.asked.deadline, now);
  lanes_of(added.asked.purpose).add(added.asked.lane, item_of(added.asked));
  ends_.emplace(added.refused_at, added.asked.id);
  ++changes_;
}

void admission_queue::dequeue(const entry& removed) {
  lanes_of(removed.asked.purpose).remove(removed.asked.lane, item_of(removed.asked));
  ends_.erase({removed.refused_at, removed.asked.id});
}

// Repeats the order in which the requests will be admitted.
void admission_queue::find_overtaken(host_budget& budget, time_point now,
                                     std::vector<rejection>& late) {
  const auto open_at = budget.open_at(now);
  const bool is_smaller = open_at > now && open_at != budget_open_at_;
  // As long as few requests are added, searching for each of them would take quadratic time.
  const bool is_due = is_smaller || changes_ * 8 > waiting();
  if (!budget.limits_rate() || !is_due) {
    return;
  }
  budget_open_at_ = open_at;
  changes_ = 0;
  const auto passed_over = blocked(budget, now);
  fair_lanes::order waiting{refreshes()};
  fair_lanes::order cold{cold_};
  auto turns = turns_;
  const auto crowd = crowded(now);
  // Of all lanes, and of those that may pass the crowded one.
  std::size_t before = 0;
  std::size_t before_others = 0;
  for (;;) {
    const auto refresh = waiting.next();
    const auto other = cold.next();
    if (!refresh && !other) {
      return;
    }
    const auto next_at = budget.earliest_admission(before_others, now);
    const bool is_cold =
        turns.is_turn_of_cold(refresh.has_value(), other.has_value(), is_urgent(refresh, next_at));
    auto& order = is_cold ? cold : waiting;
    const auto& [lane, next] = is_cold ? *other : *refresh;
    const bool is_crowded = is_cold && lane == crowd;
    const auto admitted_at = is_crowded ? budget.earliest_admission(before, now) : next_at;
    const auto& each = requests_.at(next.position.id);
    const bool is_passed_over = next.identity == passed_over;
    if (!is_passed_over && admitted_at >= each.asked.deadline) {
      late.push_back({each.asked.id, each.asked.deadline, admitted_at - now, each.added_at});
      order.skip();
      continue;
    }
    before += is_passed_over ? 0 : 1;
    before_others += is_passed_over || is_crowded ? 0 : 1;
    turns.begin(is_cold);
    order.take();
  }
}

}  // namespace midas::internal
