#include "proxy/access/share_negative_cache.hpp"

#include <algorithm>
#include <iterator>

namespace midas::internal::proxy {

const error* share_negative_cache::find(std::uint64_t share, const token_key& key, time_point now) {
  erase_expired(now);
  const auto of_share = shares_.find(share);
  if (of_share == shares_.end()) {
    return nullptr;
  }
  const auto found = of_share->second.by_key.find(&key);
  if (found == of_share->second.by_key.end()) {
    return nullptr;
  }
  if (found->second->until <= now) {
    erase(found->second);
    return nullptr;
  }
  return &found->second->failure;
}

void share_negative_cache::add(std::uint64_t share, const token_key& key, const error& refusal,
                               std::chrono::milliseconds unit, time_point now) {
  if (unit <= std::chrono::milliseconds::zero()) {
    return;
  }
  remove(share, key);
  erase_expired(now);
  make_room(share, now);
  if (refusals_.size() >= max_of_all) {
    erase(refusals_.begin());
  }
  refusals_.push_back({share, key, refusal, {}, {}});
  auto& added = refusals_.back();
  auto& of_share = shares_[share];
  added.place = of_share.oldest_first.insert(of_share.oldest_first.end(), &added.key);
  of_share.by_key.emplace(&added.key, std::prev(refusals_.end()));
  const auto limit = std::max<std::chrono::milliseconds>(unit, max_ttl);
  const auto count = static_cast<std::chrono::milliseconds::rep>(of_share.by_key.size());
  added.until = now + (unit > limit / count ? limit : unit * count);
}

void share_negative_cache::remove(std::uint64_t share, const token_key& key) {
  const auto of_share = shares_.find(share);
  if (of_share == shares_.end()) {
    return;
  }
  const auto found = of_share->second.by_key.find(&key);
  if (found != of_share->second.by_key.end()) {
    erase(found->second);
  }
}

void share_negative_cache::clear() noexcept {
  shares_.clear();
  refusals_.clear();
}

void share_negative_cache::make_room(std::uint64_t share, time_point now) {
  for (;;) {
    const auto of_share = shares_.find(share);
    if (of_share == shares_.end()) {
      return;
    }
    auto& [by_key, oldest_first] = of_share->second;
    const auto oldest = by_key.find(oldest_first.front())->second;
    if (oldest->until > now && by_key.size() < max_of_share) {
      return;
    }
    erase(oldest);
  }
}

void share_negative_cache::erase_expired(time_point now) {
  while (!refusals_.empty() && refusals_.front().until <= now) {
    erase(refusals_.begin());
  }
}

void share_negative_cache::erase(refusals::iterator at) {
  const auto of_share = shares_.find(at->share);
  of_share->second.by_key.erase(&at->key);
  of_share->second.oldest_first.erase(at->place);
  if (of_share->second.by_key.empty()) {
    shares_.erase(of_share);
  }
  refusals_.erase(at);
}

}  // namespace midas::internal::proxy
