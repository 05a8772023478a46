#include "proxy/access/client_shares.hpp"

#include <algorithm>

namespace midas::internal::proxy {
namespace {

// Retry-After has whole seconds, and the host answers within one as a rule.
constexpr std::chrono::milliseconds time_to_next_place{1'000};

client_shares::limits bounded(client_shares::limits bounds) {
  bounds.max_cold_keys = std::max<std::size_t>(bounds.max_cold_keys, 1);
  return bounds;
}

}  // namespace

client_shares::client_shares(const limits& bounds) : limits_(bounded(bounds)) {}

void client_shares::set_limits(const limits& bounds) {
  const std::lock_guard lock{lock_};
  limits_ = bounded(bounds);
}

client_shares::decision client_shares::begin(std::uint64_t share, const token_key& key,
                                             clock::time_point now) {
  const std::lock_guard lock{lock_};
  if (const auto* const refused = refusals_.find(share, key, now)) {
    return *refused;
  }
  const auto of_share = of_share_.find(share);
  if (of_share != of_share_.end() && of_share->second.size() >= limits_.max_cold_keys &&
      !of_share->second.contains(key)) {
    return over_share{time_to_next_place};
  }
  // Nothing is counted if there is no memory for either.
  auto& of_all = all_[key];
  auto& own = of_share_[share][key];
  ++waiting_;
  ++own;
  return admission{.is_first = ++of_all == 1};
}

void client_shares::end(std::uint64_t share, const token_key& key, const error* failure,
                        clock::time_point now) {
  const std::lock_guard lock{lock_};
  const auto of_share = of_share_.find(share);
  if (of_share == of_share_.end() || !of_share->second.contains(key)) {
    return;
  }
  --waiting_;
  const auto leave = [&key](waiting_keys& keys) {
    const auto found = keys.find(key);
    if (--found->second == 0) {
      keys.erase(found);
    }
  };
  leave(all_);
  leave(of_share->second);
  if (of_share->second.empty()) {
    of_share_.erase(of_share);
  }
  if (failure == nullptr) {
    refusals_.remove(share, key);
  } else if (is_remembered(*failure)) {
    refusals_.add(share, key, *failure, limits_.negative_cache_ttl, now);
  }
}

void client_shares::forget_refusals() {
  const std::lock_guard lock{lock_};
  refusals_.clear();
}

bool client_shares::is_remembered(const error& failure) noexcept {
  return failure.http_status >= 400 && failure.http_status < 500 &&
         (failure.code == errc::identity_not_found || failure.code == errc::request_rejected);
}

std::size_t client_shares::waiting() const {
  const std::lock_guard lock{lock_};
  return waiting_;
}

std::size_t client_shares::refusals() const {
  const std::lock_guard lock{lock_};
  return refusals_.size();
}

}  // namespace midas::internal::proxy
