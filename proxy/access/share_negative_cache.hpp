// A negative cache for each share: the permanent refusals that its clients have recently received.
#pragma once

#include <midas/error.hpp>
#include <midas/token_request.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <unordered_map>

namespace midas::internal::proxy {

/// Bounded: the oldest refusal of a share makes room for the newest, and the oldest of all. Pure:
/// time is an argument, and must not decrease. Every call takes amortized constant time. Not
/// thread-safe.
class share_negative_cache {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Refusals of one share, and of all shares. Together they take some megabytes.
  static constexpr std::size_t max_of_share = 1'024;
  static constexpr std::size_t max_of_all = 4'096;
  /// No refusal is remembered longer, unless the configured time itself is longer.
  static constexpr std::chrono::minutes max_ttl{10};

  /// The refusal that the share got for the key; null without one. Valid until the next call.
  [[nodiscard]] const error* find(std::uint64_t share, const token_key& key, time_point now);

  /// Remembers a refusal for `unit`, times the refusals of the share that are in memory then, this
  /// one included. Does nothing if `unit` is not positive.
  void add(std::uint64_t share, const token_key& key, const error& refusal,
           std::chrono::milliseconds unit, time_point now);

  void remove(std::uint64_t share, const token_key& key);
  void clear() noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return refusals_.size(); }

 private:
  // Keys whose addresses are those of the keys in `refusals`.
  using order = std::list<const token_key*>;
  struct item {
    std::uint64_t share = 0;
    token_key key{};
    error failure{};
    time_point until{};
    // In the order of its share.
    order::iterator place{};
  };
  using refusals = std::list<item>;

  struct key_hash {
    std::size_t operator()(const token_key* key) const noexcept { return token_key_hash{}(*key); }
  };
  struct key_equal {
    bool operator()(const token_key* one, const token_key* other) const noexcept {
      return *one == *other;
    }
  };
  struct share_refusals {
    std::unordered_map<const token_key*, refusals::iterator, key_hash, key_equal> by_key;
    order oldest_first;
  };

  void erase(refusals::iterator at);
  void erase_expired(time_point now);
  // The oldest refusals of that share, as long as they have expired or are too many.
  void make_room(std::uint64_t share, time_point now);

  // The oldest first.
  refusals refusals_;
  std::unordered_map<std::uint64_t, share_refusals> shares_;
};

}  // namespace midas::internal::proxy
