// Requests that wait for the host, in lanes that take turns.
#pragma once

#include "actors/policies/counted_prefix.hpp"
#include "actors/policies/waiting_lane.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <list>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

namespace midas::internal {

/// The lanes with waiting requests take turns, with one request per turn. Pure; not thread-safe.
class fair_lanes {
 public:
  using item = waiting_lane::item;

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// How many wait in other lanes than `skipped`.
  [[nodiscard]] std::size_t size_without(std::optional<std::uint32_t> skipped) const;

  void add(std::uint32_t lane, const item& added);
  void remove(std::uint32_t lane, const item& removed);

  /// True if a request waits that is neither for the identity `blocked` nor of the lane `skipped`.
  [[nodiscard]] bool has_next(std::optional<std::size_t> blocked,
                              std::optional<std::uint32_t> skipped = {}) const;

  /// The request among these whose turn it is, and its lane. has_next() must be true.
  [[nodiscard]] std::pair<std::uint32_t, item> next(
      std::optional<std::size_t> blocked, std::optional<std::uint32_t> skipped = {}) const;

  /// That lane has had its turn.
  void end_turn(std::uint32_t lane);

  /// A lower bound for the number of requests that precede a request of that lane and position: of
  /// each lane as many as of its own; none of the lane `skipped`.
  [[nodiscard]] std::size_t ahead(std::uint32_t lane, const waiting_position& position,
                                  std::optional<std::uint32_t> skipped = {}) const;

  /// All requests in the order of their turns, as they are now.
  class order;

 private:
  struct entry {
    waiting_lane waiting;
    std::uint64_t turn = 0;
  };

  std::unordered_map<std::uint32_t, entry> lanes_;
  // The lanes with waiting requests by the numbers of their turns; the first one is next.
  std::map<std::uint64_t, std::uint32_t> turns_;
  std::uint64_t last_turn_ = 0;
  // The n-th number is how many lanes have more than n requests.
  counted_prefix larger_lanes_;
  std::unordered_map<std::size_t, std::size_t> by_identity_;
  std::size_t size_ = 0;
};

/// Must not outlive a change of the lanes.
class fair_lanes::order {
 public:
  /// Considers only the first `max_lanes` lanes, which is enough for the first `max_lanes`
  /// requests.
  explicit order(const fair_lanes& lanes,
                 std::size_t max_lanes = std::numeric_limits<std::size_t>::max());

  /// The next request and its lane; empty at the end.
  [[nodiscard]] std::optional<std::pair<std::uint32_t, item>> next() const;

  /// The turn passes to the next lane.
  void take();
  /// The lane keeps the turn: its request is not sent.
  void skip();

 private:
  struct position {
    std::uint32_t lane;
    waiting_lane::ranked_items::const_iterator at;
    waiting_lane::ranked_items::const_iterator end;
  };

  std::list<position> lanes_;
};

}  // namespace midas::internal
