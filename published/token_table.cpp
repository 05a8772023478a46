#include "published/token_table.hpp"

#include <midas/detail/thread_cache.hpp>

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <utility>

namespace midas {

namespace {

std::chrono::seconds::rep second_of(const moment& now) noexcept {
  return std::chrono::floor<std::chrono::seconds>(now.boot).time_since_epoch().count();
}

}  // namespace

token_table::token_table()
    : id_([] {
        static std::atomic<std::uint64_t> last = 0;
        return ++last;
      }()) {}

std::optional<token_table::found_token> token_table::find(const token_key& key,
                                                          const moment& now) const {
  const std::shared_lock lock{mutex_};
  const auto found = entries_.find(key);
  if (found == entries_.end() || !is_usable(found->second->validity(), now)) {
    return std::nullopt;
  }
  auto& item = *found->second;
  item.use(now);
  return found_token{item.token, item.take_overdue_renewal(now)};
}

std::optional<token_table::found_token> token_table::read(const token_lookup& looked_for) {
  const auto coarse = coarse_moment::now();
  const auto now = moment::now();
  auto* const mine = thread_tokens::make_current();
  if (mine != nullptr) {
    mine->tidy(coarse);
    const auto* const kept = mine->find(looked_for);
    if (kept != nullptr && kept->is_current() && kept->token->renew(now, coarse)) {
      return hand_out(*kept->token, now);
    }
  }
  return read_anew(mine, looked_for, now, coarse);
}

std::optional<token_table::found_token> token_table::read_anew(thread_tokens* mine,
                                                               const token_lookup& looked_for,
                                                               const moment& now,
                                                               const coarse_moment& coarse) {
  const auto key = make_key(looked_for.identity, looked_for.resource);
  if (!key) {
    return std::nullopt;
  }
  thread_token::source from;
  {
    const std::shared_lock lock{mutex_};
    const auto found = entries_.find(*key);
    if (closed_ || found == entries_.end() || !is_usable(found->second->validity(), now)) {
      return std::nullopt;
    }
    const auto& item = found->second;
    from = {item->token, item->validity(), item, item->current_version()};
  }
  if (mine == nullptr || from.slot->place == version_board::nowhere) {
    hits_.add_one();
    from.slot->use(now);
    return found_token{std::move(from.token), from.slot->take_overdue_renewal(now)};
  }
  auto& kept = mine->keep(looked_for, std::move(from), hits_);
  return kept.renew(now, coarse) ? hand_out(kept, now) : std::nullopt;
}

std::optional<token_table::found_token> token_table::hand_out(thread_token& kept,
                                                              const moment& now) {
  kept.count_hit();
  kept.slot().use(now);
  return found_token{{kept, token_source::cache}, kept.slot().take_overdue_renewal(now)};
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
                          const token_validity& validity, const moment& now, novelty is) {
  // Goes, and is wiped, when nobody has to wait for the lock any more.
  access_token replaced;
  const std::lock_guard lock{mutex_};
  const auto at = entries_.try_emplace(key).first;
  auto& item = at->second;
  if (item == nullptr) {
    item = std::make_shared<entry>();
    item->key = &at->first;
    item->last_used = second_of(now);
  }
  const std::chrono::nanoseconds life = validity.end.boot - now.boot;
  item->life = is == novelty::the_same ? std::max(item->life, life) : life;
  replaced = std::exchange(item->token, token.from_cache());
  item->end = validity.end;
  item->change();
  return plan(item, validity.refresh_at);
}

bool token_table::postpone_renewal(const token_key& key, boot_clock::time_point at) {
  const std::lock_guard lock{mutex_};
  const auto found = entries_.find(key);
  return found != entries_.end() && plan(found->second, at);
}

bool token_table::plan(const std::shared_ptr<entry>& item, boot_clock::time_point when) {
  item->refresh_at = when.time_since_epoch().count();
  item->renewal_told = false;
  item->plan = ++plans_;
  renewals_.push_back({when, item->plan, item});
  std::ranges::push_heap(renewals_, std::greater<>{});
  drop_void_renewals();
  return renewals_.front().plan == item->plan;
}

void token_table::drop_first_renewal() {
  std::ranges::pop_heap(renewals_, std::greater<>{});
  renewals_.pop_back();
}

void token_table::drop_void_renewals() {
  constexpr std::size_t few = 64;
  if (renewals_.size() > 2 * std::max(few, entries_.size())) {
    std::erase_if(renewals_, [](const renewal& each) { return each.is_void(); });
    std::ranges::make_heap(renewals_, std::greater<>{});
  }
  while (!renewals_.empty() && renewals_.front().is_void()) {
    drop_first_renewal();
  }
}

std::optional<boot_clock::time_point> token_table::next_renewal() const {
  const std::shared_lock lock{mutex_};
  return renewals_.empty() ? std::nullopt : std::optional{renewals_.front().at};
}

std::vector<token_key> token_table::take_renewals(const moment& now,
                                                  std::vector<token_key>& dropped) {
  std::vector<token_key> due;
  const std::lock_guard lock{mutex_};
  while (!renewals_.empty() && renewals_.front().at <= now.boot) {
    const auto item = renewals_.front().of;
    // Whoever asks for one that may be handed out no more has a new one acquired.
    if (!is_usable(item->validity(), now) || is_idle(*item, now, std::nullopt)) {
      dropped.push_back(*item->key);
      erase(entries_.find(*item->key));
      continue;
    }
    item->plan = 0;
    item->renewal_told = true;
    due.push_back(*item->key);
    drop_void_renewals();
  }
  return due;
}

std::chrono::nanoseconds token_table::time_left(const token_key& key, const moment& now) const {
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

bool token_table::is_renewal_due(const token_key& key, const moment& now) const {
  const std::shared_lock lock{mutex_};
  const auto found = entries_.find(key);
  return found != entries_.end() && found->second->renewal() <= now.boot;
}

bool token_table::is_idle(const entry& item, const moment& now,
                          std::optional<std::chrono::seconds> idle) noexcept {
  // Looks are told apart by the second: the last may be one later than it seems.
  const auto limit =
      idle ? *idle : std::chrono::ceil<std::chrono::seconds>(item.life) + std::chrono::seconds{1};
  return second_of(now) - item.last_used.load() >= limit.count();
}

std::vector<token_key> token_table::drop_idle(const moment& now,
                                              std::optional<std::chrono::seconds> idle) {
  std::vector<token_key> dropped;
  const std::lock_guard lock{mutex_};
  for (auto at = entries_.begin(); at != entries_.end();) {
    const auto here = at++;
    if (!is_usable(here->second->validity(), now) || is_idle(*here->second, now, idle)) {
      dropped.push_back(here->first);
      erase(here);
    }
  }
  return dropped;
}

std::vector<token_key> token_table::drop_oldest(std::size_t left) {
  std::vector<token_key> dropped;
  const std::lock_guard lock{mutex_};
  if (entries_.size() <= left) {
    return dropped;
  }
  std::vector<std::pair<std::chrono::seconds::rep, entries::iterator>> by_age;
  by_age.reserve(entries_.size());
  for (auto at = entries_.begin(); at != entries_.end(); ++at) {
    by_age.emplace_back(at->second->last_used.load(), at);
  }
  const auto excess = static_cast<std::ptrdiff_t>(entries_.size() - left);
  std::ranges::nth_element(by_age, by_age.begin() + excess, {},
                           [](const auto& each) { return each.first; });
  for (auto each = by_age.begin(); each != by_age.begin() + excess; ++each) {
    dropped.push_back(each->second->first);
    erase(each->second);
  }
  return dropped;
}

void token_table::erase(entries::iterator at) {
  // Whoever still has the slot has no use for the token.
  auto& item = *at->second;
  item.token = {};
  item.change();
  item.key = nullptr;
  item.plan = 0;
  entries_.erase(at);
  drop_void_renewals();
}

std::size_t token_table::size() const {
  const std::shared_lock lock{mutex_};
  return entries_.size();
}

}  // namespace midas
