#include "actors/policies/fair_lanes.hpp"

#include <algorithm>

namespace midas::internal {

void fair_lanes::add(std::uint32_t lane, const item& added) {
  const auto [at, is_new] = lanes_.try_emplace(lane);
  auto& changed = at->second;
  if (is_new) {
    changed.turn = ++last_turn_;
    turns_.emplace_hint(turns_.end(), changed.turn, lane);
  }
  larger_lanes_.add(changed.waiting.size(), 1);
  changed.waiting.add(added);
  ++by_identity_[added.identity];
  ++size_;
}

void fair_lanes::remove(std::uint32_t lane, const item& removed) {
  const auto at = lanes_.find(lane);
  auto& changed = at->second;
  changed.waiting.remove(removed);
  larger_lanes_.add(changed.waiting.size(), -1);
  if (changed.waiting.empty()) {
    turns_.erase(changed.turn);
    lanes_.erase(at);
  }
  const auto same = by_identity_.find(removed.identity);
  if (--same->second == 0) {
    by_identity_.erase(same);
  }
  --size_;
}

std::size_t fair_lanes::size_without(std::optional<std::uint32_t> skipped) const {
  const auto other = skipped ? lanes_.find(*skipped) : lanes_.end();
  return size_ - (other == lanes_.end() ? 0 : other->second.waiting.size());
}

bool fair_lanes::has_next(std::optional<std::size_t> blocked,
                          std::optional<std::uint32_t> skipped) const {
  if (skipped && lanes_.contains(*skipped)) {
    return std::ranges::any_of(lanes_, [&](const auto& each) {
      return each.first != *skipped && each.second.waiting.first(blocked).has_value();
    });
  }
  if (!blocked) {
    return size_ != 0;
  }
  const auto same = by_identity_.find(*blocked);
  return size_ != (same == by_identity_.end() ? 0 : same->second);
}

std::pair<std::uint32_t, fair_lanes::item> fair_lanes::next(
    std::optional<std::size_t> blocked, std::optional<std::uint32_t> skipped) const {
  auto turn = turns_.begin();
  for (;; ++turn) {
    const auto lane = turn->second;
    if (lane == skipped) {
      continue;
    }
    if (const auto first = lanes_.at(lane).waiting.first(blocked)) {
      return {lane, *first};
    }
  }
}

void fair_lanes::end_turn(std::uint32_t lane) {
  const auto at = lanes_.find(lane);
  if (at != lanes_.end()) {
    auto moved = turns_.extract(at->second.turn);
    moved.key() = at->second.turn = ++last_turn_;
    turns_.insert(turns_.end(), std::move(moved));
  }
}

std::size_t fair_lanes::ahead(std::uint32_t lane, const waiting_position& position,
                              std::optional<std::uint32_t> skipped) const {
  const auto at = lanes_.find(lane);
  if (at == lanes_.end()) {
    return 0;
  }
  const auto rank = at->second.waiting.rank(position);
  const auto other = skipped && *skipped != lane ? lanes_.find(*skipped) : lanes_.end();
  const auto left_out = other == lanes_.end() ? 0 : std::min(rank, other->second.waiting.size());
  return larger_lanes_.sum(rank) - left_out;
}

fair_lanes::order::order(const fair_lanes& lanes, std::size_t max_lanes) {
  for (const auto& [turn, lane] : lanes.turns_) {
    if (lanes_.size() == max_lanes) {
      break;
    }
    const auto& items = lanes.lanes_.at(lane).waiting.items();
    lanes_.push_back({lane, items.begin(), items.end()});
  }
}

std::optional<std::pair<std::uint32_t, fair_lanes::item>> fair_lanes::order::next() const {
  if (lanes_.empty()) {
    return std::nullopt;
  }
  return std::pair{lanes_.front().lane, *lanes_.front().at};
}

void fair_lanes::order::take() {
  auto& first = lanes_.front();
  if (++first.at == first.end) {
    lanes_.pop_front();
  } else {
    lanes_.splice(lanes_.end(), lanes_, lanes_.begin());
  }
}

void fair_lanes::order::skip() {
  auto& first = lanes_.front();
  if (++first.at == first.end) {
    lanes_.pop_front();
  }
}

}  // namespace midas::internal
