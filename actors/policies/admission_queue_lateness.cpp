// Which requests the admission queue refuses, because they would be sent too late.
#include "actors/policies/admission_queue.hpp"
#include "actors/policies/deadline.hpp"

#include <algorithm>

namespace midas::internal {

std::vector<admission_queue::rejection> admission_queue::take_late(host_budget& budget,
                                                                   time_point now) {
  std::vector<rejection> late;
  find_expired(budget, now, late);
  for (const auto& each : late) {
    remove(each.id);
  }
  const auto expired = late.size();
  find_overtaken(budget, now, late);
  for (auto at = expired; at < late.size(); ++at) {
    remove(late[at].id);
  }
  return late;
}

admission_queue::time_point admission_queue::next_late(time_point now) const {
  auto result = time_point::max();
  for (const auto& [refused_at, id] : ends_) {
    if (refused_at > now) {
      return std::min(result, refused_at);
    }
    result = std::min(result, requests_.at(id).asked.deadline);
  }
  return result;
}

void admission_queue::find_expired(host_budget& budget, time_point now,
                                   std::vector<rejection>& late) const {
  const auto open_at = std::max(now, budget.open_at(now));
  const auto last = open_at > now ? open_at + min_time_after_pause : now;
  const auto passed_over = blocked(budget, now);
  const bool is_full = budget.next_admission(now) == time_point::max();
  for (const auto& [refused_at, id] : ends_) {
    if (refused_at > last) {
      break;
    }
    const auto& each = requests_.at(id);
    const auto& asked = each.asked;
    const bool waits_for_end = is_full || passed_over == asked.identity;
    std::optional<std::chrono::nanoseconds> wait;
    if (asked.deadline <= last || (refused_at <= now && waits_for_end)) {
      wait = waits_for_end && open_at <= now ? std::chrono::nanoseconds::max() : open_at - now;
    } else if (refused_at <= now) {
      wait = wait_beyond(asked, budget, now);
    }
    if (wait) {
      late.push_back({id, asked.deadline, *wait, each.added_at});
    }
  }
}

}  // namespace midas::internal
