#include "actors/support/acquisition_pool.hpp"

#include <algorithm>
#include <vector>

namespace midas::internal {

acquisition_pool::entry* acquisition_pool::find(const acquisition_key_view& key) {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second;
}

acquisition_pool::entry& acquisition_pool::add(acquisition_key&& key, const http_actor& http,
                                               time_point now,
                                               std::optional<earlier_failure> last_failure) {
  auto& added = entries_[key];
  added.key = std::make_shared<acquisition_key>(std::move(key));
  added.last_used = now;
  added.actor = spawn_acquisition(
      owner_->system(), {service_, added.key, cache_actor{owner_}, http, std::move(last_failure)});
  caf_compat::restore_logger_context(owner_);
  caf_compat::monitor(owner_, added.actor);
  return added;
}

void acquisition_pool::replace_http(const http_actor& http) {
  for (const auto& item : entries_) {
    caf_compat::send(owner_, item.second.actor, http);
  }
}

void acquisition_pool::recheck_waiters() {
  for (const auto& item : entries_) {
    caf_compat::send(owner_, item.second.actor, deadline_due{});
  }
}

acquisition_pool::shared_key acquisition_pool::remove_ended(const caf::actor_addr& ended) {
  const auto found = std::ranges::find_if(
      entries_, [&ended](const auto& item) { return item.second.actor.address() == ended; });
  if (found == entries_.end()) {
    return nullptr;
  }
  auto key = found->second.key;
  entries_.erase(found);
  return key;
}

void acquisition_pool::query_idle(time_point last) {
  for (const auto& item : entries_) {
    if (is_idle(item.second, last)) {
      caf_compat::send(owner_, item.second.actor, idle_query{item.second.unwanted});
    }
  }
}

void acquisition_pool::query_oldest(std::size_t left) {
  std::vector<entry*> by_age;
  for (auto& item : entries_) {
    if (!item.second.unwanted) {
      by_age.push_back(&item.second);
    }
  }
  const auto excess = static_cast<std::ptrdiff_t>(by_age.size() - std::min(by_age.size(), left));
  std::ranges::nth_element(by_age, by_age.begin() + excess, {}, &entry::last_used);
  for (auto each = by_age.begin(); each != by_age.begin() + excess; ++each) {
    (*each)->unwanted = true;
    caf_compat::send(owner_, (*each)->actor, idle_query{true});
  }
}

acquisition_pool::shared_key acquisition_pool::remove_idle(const idle_report& report,
                                                           time_point last) {
  const auto found = entries_.find(*report.key);
  if (found == entries_.end() || found->second.sent != report.received ||
      !is_idle(found->second, last)) {
    return nullptr;
  }
  caf_compat::demonitor(owner_, found->second.actor);
  caf_compat::send_exit(found->second.actor, caf::exit_reason::user_shutdown);
  auto key = found->second.key;
  entries_.erase(found);
  return key;
}

void acquisition_pool::end_all(caf::exit_reason reason) {
  for (const auto& item : entries_) {
    caf_compat::send_exit(item.second.actor, reason);
  }
}

}  // namespace midas::internal
