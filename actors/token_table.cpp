#include <midas/actors/refresh_policy.hpp>
#include <midas/actors/token_table.hpp>

#include <mutex>

namespace midas {

template <class Accept>
std::optional<access_token> token_table::find(const token_key& key, std::chrono::sys_seconds now,
                                              Accept accept) const {
  const std::shared_lock lock{mutex_};
  const auto found = entries_.find(key);
  if (found == entries_.end() || !accept(found->second->token, now)) {
    return std::nullopt;
  }
  auto& last_used = found->second->last_used;
  if (const auto second = now.time_since_epoch().count();
      last_used.load(std::memory_order_relaxed) != second) {
    last_used.store(second, std::memory_order_relaxed);
  }
  return found->second->token;
}

std::optional<access_token> token_table::find_fresh(const token_key& key,
                                                    std::chrono::sys_seconds now) const {
  return find(key, now, is_fresh);
}

std::optional<access_token> token_table::find_usable(const token_key& key,
                                                     std::chrono::sys_seconds now) const {
  return find(key, now, is_usable);
}

std::optional<access_token> token_table::find_held(const token_key& key) const {
  const std::shared_lock lock{mutex_};
  const auto found = entries_.find(key);
  return found == entries_.end() ? std::nullopt : std::optional{found->second->token};
}

void token_table::publish(const token_key& key, const access_token& token,
                          std::chrono::sys_seconds now) {
  auto fresh = std::make_unique<entry>();
  fresh->token = token.from_cache();
  fresh->last_used = now.time_since_epoch().count();
  const std::lock_guard lock{mutex_};
  entries_[key].swap(fresh);
}

void token_table::drop_idle(std::chrono::sys_seconds now, std::chrono::seconds idle) {
  const auto limit = (now - idle).time_since_epoch().count();
  const std::lock_guard lock{mutex_};
  std::erase_if(entries_, [now, limit](const auto& item) {
    return !is_usable(item.second->token, now) || item.second->last_used.load() <= limit;
  });
}

std::size_t token_table::size() const {
  const std::shared_lock lock{mutex_};
  return entries_.size();
}

}  // namespace midas
