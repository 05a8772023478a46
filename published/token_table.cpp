#include "published/token_table.hpp"

#include "messages/made_once.hpp"
#include "messages/random_start.hpp"
#include "published/cached_token_origin.hpp"
#include <midas/detail/thread_cache.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

namespace midas::internal {

namespace {

std::chrono::seconds::rep second_of(const clock_reading& now) noexcept {
  return std::chrono::floor<std::chrono::seconds>(now.boot).time_since_epoch().count();
}

}  // namespace

token_table::token_table()
    : id_([] {
        static constinit made_once<std::atomic<std::uint64_t>> last;
        return ++last.get(&random_start);
      }()) {}

std::optional<token_table::found_token> token_table::find(const token_key_view& key,
                                                          const clock_reading& now) const {
  const std::shared_lock lock{mutex_};
  const auto found = entries_.find(key);
  if (found == entries_.end() || !is_usable(found->second->validity(), now)) {
    return std::nullopt;
  }
  auto& item = *found->second;
  item.use(now);
  return found_token{item.token, item.take_overdue_refresh(now)};
}

std::optional<token_table::found_token> token_table::read(const token_lookup& lookup) {
  const auto coarse = coarse_clock_reading::now();
  const auto now = clock_reading::now();
  auto* const mine = thread_cache::make_current();
  if (mine != nullptr) {
    mine->evict_stale(coarse);
    const auto* const kept = mine->find(lookup);
    if (kept != nullptr && kept->is_current() && kept->token->extend_lease(now, coarse)) {
      return hand_out(*kept->token, now);
    }
  }
  return read_anew(mine, lookup, now, coarse);
}

std::optional<token_table::found_token> token_table::read_anew(thread_cache* mine,
                                                               const token_lookup& lookup,
                                                               const clock_reading& now,
                                                               const coarse_clock_reading& coarse) {
  const request_key_view key{lookup.identity, lookup.resource};
  cached_token::origin from;
  {
    const std::shared_lock lock{mutex_};
    const auto found = entries_.find(*key);
    if (closed_ || found == entries_.end() || !is_usable(found->second->validity(), now)) {
      return std::nullopt;
    }
    const auto& item = found->second;
    from = {item->token, item->validity(), item, item->current_version()};
  }
  if (mine == nullptr || from.slot->slot_index == version_slots::no_slot) {
    hits_.add_one();
    from.slot->use(now);
    return found_token{std::move(from.token), from.slot->take_overdue_refresh(now)};
  }
  auto& kept = mine->insert(lookup, std::move(from), hits_);
  return kept.extend_lease(now, coarse) ? hand_out(kept, now) : std::nullopt;
}

std::optional<token_table::found_token> token_table::hand_out(cached_token& kept,
                                                              const clock_reading& now) {
  kept.count_hit();
  kept.slot().use(now);
  return found_token{{kept, token_source::cache}, kept.slot().take_overdue_refresh(now)};
}

void token_table::close() {
  const std::lock_guard lock{mutex_};
  closed_ = true;
  for (const auto& each : entries_) {
    each.second->change();
  }
}

std::optional<access_token> token_table::find_held(const token_key& key) const {
  const std::shared_lock lock{mutex_};
  const auto found = entries_.find(key);
  return found == entries_.end() ? std::nullopt : std::optional{found->second->token};
}

bool token_table::publish(const token_key& key, const access_token& token,
                          const token_validity& validity, const clock_reading& now,
                          token_changed changed, std::optional<attempt> from) {
  // Destroyed, and wiped, after the lock is released.
  access_token replaced;
  const std::lock_guard lock{mutex_};
  if (from && *from <= last_dropped_ && !entries_.contains(key)) {
    return false;
  }
  auto& item = find_or_add(key);
  if (from && *from < item.from && is_usable(item.validity(), now)) {
    return false;
  }
  if (item.is_unused()) {
    item.last_used = second_of(now);
    item.unused_since = entry::never;
  }
  item.from = from.value_or(next_attempt());
  const auto earlier_life = item.life;
  replaced = replace(item, token, validity, now);
  if (changed == token_changed::no) {
    item.life = std::max(item.life, earlier_life);
  }
  return true;
}

bool token_table::publish_loaded(const token_key& key, const access_token& token,
                                 const token_validity& validity, const clock_reading& now) {
  access_token replaced;
  const std::lock_guard lock{mutex_};
  auto& item = find_or_add(key);
  if (is_usable(item.validity(), now)) {
    return false;
  }
  // Any request for an acquired token is later.
  item.from = 0;
  // A use within the same second changes it.
  item.last_used = item.unused_since = second_of(now) - 1;
  replaced = replace(item, token, validity, now);
  return true;
}

token_table::entry& token_table::find_or_add(const token_key& key) {
  const auto at = entries_.try_emplace(key).first;
  if (at->second == nullptr) {
    at->second = std::make_shared<entry>();
    at->second->key = &at->first;
  }
  return *at->second;
}

access_token token_table::replace(entry& item, const access_token& token,
                                  const token_validity& validity,
                                  const clock_reading& now) noexcept {
  auto replaced = std::exchange(item.token, token.from_cache());
  item.life = validity.end.boot - now.boot;
  item.end = validity.end;
  item.change();
  plan(item, validity.refresh_at);
  return replaced;
}

bool token_table::postpone_refresh(const token_key& key, boot_clock::time_point at) {
  const std::lock_guard lock{mutex_};
  const auto found = entries_.find(key);
  if (found == entries_.end()) {
    return false;
  }
  plan(*found->second, at);
  return true;
}

void token_table::plan(entry& item, boot_clock::time_point when) noexcept {
  item.refresh_at = when.time_since_epoch().count();
  item.refresh_reported = false;
}

token_table::slot token_table::find_slot(const token_key& key) const {
  const std::shared_lock lock{mutex_};
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : found->second;
}

std::vector<token_table::slot> token_table::all_slots() const {
  std::vector<slot> result;
  const std::shared_lock lock{mutex_};
  result.reserve(entries_.size());
  for (const auto& each : entries_) {
    result.push_back(each.second);
  }
  return result;
}

token_table::refresh_decision token_table::begin_refresh(const published_slot& planned,
                                                         const clock_reading& now) {
  const auto& item = static_cast<const entry&>(planned);
  const std::lock_guard lock{mutex_};
  if (item.key == nullptr || item.refresh() > now.boot) {
    return {};
  }
  const auto found = entries_.find(*item.key);
  // The next caller who requests an unusable token starts an acquisition.
  const bool is_unused = item.is_unused();
  const bool is_expired = !is_usable(item.validity(), now);
  if (is_expired || (!is_unused && is_idle(item, now, std::nullopt))) {
    refresh_decision dropped{refresh_step::dropped, found->first,
                             is_expired ? eviction_reason::expired : eviction_reason::idle};
    erase(found);
    return dropped;
  }
  if (is_unused) {
    return {refresh_step::unused, found->first};
  }
  found->second->refresh_reported = true;
  return {refresh_step::begun, found->first};
}

std::chrono::nanoseconds token_table::time_left(const token_key& key,
                                                const clock_reading& now) const {
  const std::shared_lock lock{mutex_};
  const auto found = entries_.find(key);
  if (found == entries_.end() || !is_usable(found->second->validity(), now)) {
    return {};
  }
  return std::min<std::chrono::nanoseconds>(
      found->second->end.boot - now.boot,
      std::min<std::chrono::seconds>(found->second->end.wall - now.wall,
                                     std::chrono::hours{24 * 365}));
}

bool token_table::is_refresh_due(const token_key& key, const clock_reading& now) const {
  const std::shared_lock lock{mutex_};
  const auto found = entries_.find(key);
  return found != entries_.end() && found->second->refresh() <= now.boot;
}

bool token_table::is_idle(const entry& item, const clock_reading& now,
                          std::optional<std::chrono::seconds> idle) noexcept {
  // Uses are recorded in whole seconds: the last one may be almost a second later.
  const auto limit =
      idle ? *idle : std::chrono::ceil<std::chrono::seconds>(item.life) + std::chrono::seconds{1};
  return second_of(now) - item.last_used.load() >= limit.count();
}

std::vector<token_table::dropped_key> token_table::drop_idle(
    const clock_reading& now, std::optional<std::chrono::seconds> idle) {
  std::vector<dropped_key> dropped;
  const std::lock_guard lock{mutex_};
  for (auto at = entries_.begin(); at != entries_.end();) {
    const auto here = at++;
    const bool is_expired = !is_usable(here->second->validity(), now);
    if (is_expired || is_idle(*here->second, now, idle)) {
      dropped.push_back(
          {here->first, is_expired ? eviction_reason::expired : eviction_reason::idle});
      erase(here);
    }
  }
  return dropped;
}

void token_table::erase(entries::iterator at) {
  // Threads may still refer to the entry.
  auto& item = *at->second;
  item.key = nullptr;
  item.token = {};
  plan(item, published_slot::no_refresh);
  item.change();
  entries_.erase(at);
}

std::size_t token_table::size() const {
  const std::shared_lock lock{mutex_};
  return entries_.size();
}

std::optional<std::chrono::sys_seconds> token_table::earliest_expiry(
    const clock_reading& now) const {
  std::optional<std::chrono::sys_seconds> result;
  const std::shared_lock lock{mutex_};
  for (const auto& item : entries_) {
    const auto expiry = item.second->token.expires_on();
    if ((!result || expiry < *result) && is_usable(item.second->validity(), now)) {
      result = expiry;
    }
  }
  return result;
}

}  // namespace midas::internal
