// Tokens that leave the table although they are usable, and the list of all.
#include "published/token_table.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <utility>

namespace midas::internal {

std::vector<token_table::dropped_key> token_table::drop_oldest(std::size_t left,
                                                               const published_slot* keep) {
  std::vector<dropped_key> dropped;
  const std::lock_guard lock{mutex_};
  if (entries_.size() <= left) {
    return dropped;
  }
  std::vector<std::pair<std::chrono::seconds::rep, entries::iterator>> by_age;
  by_age.reserve(entries_.size());
  for (auto at = entries_.begin(); at != entries_.end(); ++at) {
    const auto last_used = at->second.get() == keep ? std::chrono::seconds::max().count()
                                                    : at->second->last_used.load();
    by_age.emplace_back(last_used, at);
  }
  const auto excess = static_cast<std::ptrdiff_t>(entries_.size() - left);
  std::ranges::nth_element(by_age, by_age.begin() + excess, {},
                           [](const auto& each) { return each.first; });
  for (auto each = by_age.begin(); each != by_age.begin() + excess; ++each) {
    dropped.push_back({each->second->first, eviction_reason::too_many_keys});
    erase(each->second);
  }
  return dropped;
}

std::vector<token_key> token_table::drop_if(const std::function<bool(const token_key&)>& selected) {
  std::vector<token_key> dropped;
  const std::lock_guard lock{mutex_};
  last_dropped_ = last_attempt_;
  for (auto at = entries_.begin(); at != entries_.end();) {
    const auto here = at++;
    if (selected(here->first)) {
      dropped.push_back(here->first);
      erase(here);
    }
  }
  return dropped;
}

std::vector<token_table::held_token> token_table::held_tokens() const {
  std::vector<held_token> result;
  const std::shared_lock lock{mutex_};
  result.reserve(entries_.size());
  for (const auto& [key, item] : entries_) {
    result.push_back({key, item->validity()});
  }
  return result;
}

}  // namespace midas::internal
