// Each thread's cache of the published tokens that it has read, which makes reading a token take
// only nanoseconds. See docs/design/published-tokens.md.
#pragma once

#include <midas/detail/cached_token.hpp>
#include <midas/detail/coarse_clock_reading.hpp>
#include <midas/detail/export.hpp>
#include <midas/detail/hit_counter.hpp>
#include <midas/detail/pow2_array.hpp>
#include <midas/detail/token_lookup.hpp>
#include <midas/detail/version_slots.hpp>

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace midas::internal {
class hit_counters;
}  // namespace midas::internal

namespace midas::detail {

class thread_cache;

/// The calling thread's cache; null before the thread has cached a token, and while it ends.
MIDAS_THREAD_LOCAL_DATA extern constinit thread_local thread_cache* cache_of_this_thread;

/// A hash table of bounded size, in buckets of one cache line, and an array of the tokens that
/// handles refer to. Created when the thread first reads a token, destroyed with the thread.
class thread_cache {
 public:
  /// At most this many tokens are cached by key, and as many by handle.
  static constexpr std::size_t max_tokens = 32'768;

  /// A token found by its key.
  struct entry {
    cached_token* token = nullptr;
    // The slot of the token's version, below eight bits of the hash.
    std::uint32_t tag_and_slot = 0;
    // The version when the token was read.
    std::uint32_t version = 0;

    [[nodiscard]] const std::atomic<std::uint32_t>& version_at() const noexcept {
      constexpr std::uint32_t slot_bits = version_slots::max_slots - 1;
      return version_slots::at(tag_and_slot & slot_bits);
    }

    /// True if no other token has been published under the key since.
    [[nodiscard]] bool is_current() const noexcept {
      return version_at().load(std::memory_order_acquire) == version;
    }
  };

  /// A token found by a handle. The token has, or had, an entry by its key.
  struct alignas(32) handle_entry {
    // 0 when unused.
    std::uint64_t handle = 0;
    cached_token* token = nullptr;
    const std::atomic<std::uint32_t>* version_at = nullptr;
    std::uint32_t version = 0;

    [[nodiscard]] bool is_current() const noexcept {
      return version_at->load(std::memory_order_acquire) == version;
    }
  };

  /// The calling thread's cache, created if need be; null while the thread ends.
  static thread_cache* make_current();

  thread_cache() = default;
  thread_cache(const thread_cache&) = delete;
  thread_cache& operator=(const thread_cache&) = delete;
  ~thread_cache();

  /// The entry of that key, current or not.
  [[nodiscard]] const entry* find(const token_lookup& lookup) noexcept {
    // The branch is unpredictable, so all four tags are compared at once.
    const auto& group = buckets_[lookup.hash];
    const auto tag = tag_of(lookup.hash);
    unsigned candidates = 0;
    for (unsigned i = 0; i < group.size(); ++i) {
      candidates |= static_cast<unsigned>(group[i].tag_and_slot >> 24U == tag) << i;
    }
    for (; candidates != 0; candidates &= candidates - 1) {
      const auto& candidate = group[static_cast<std::size_t>(std::countr_zero(candidates))];
      if (candidate.token->matches(lookup)) {
        return &candidate;
      }
    }
    return nullptr;
  }

  /// The entry of that handle, current or not.
  [[nodiscard]] const handle_entry* find(std::uint64_t handle) noexcept {
    const auto& candidate = handle_entries_[handle];
    return candidate.handle == handle ? &candidate : nullptr;
  }

  /// Replaces the entry of that key, or, where the bucket is full, another entry. Its hits are
  /// counted by `hits`.
  cached_token& insert(const token_lookup& lookup, cached_token::origin from,
                       internal::hit_counters& hits);

  /// Makes the handle find the token that is cached under that key, if there is one. Does nothing
  /// if memory runs out.
  void bind_handle(std::uint64_t handle, const token_lookup& lookup);

  /// Once a minute, drops tokens that were replaced or not read for a minute. Called for each read
  /// that find_fresh() did not answer.
  void evict_stale(const coarse_clock_reading& now);

 private:
  struct alignas(64) bucket : std::array<entry, 4> {};

  // Never 0, the tag of an empty entry.
  static std::uint32_t tag_of(std::uint64_t hash) noexcept {
    return static_cast<std::uint32_t>(hash >> 56U) | 1U;
  }
  entry& entry_for(const token_lookup& lookup);
  // Both throw std::bad_alloc, and then leave the entries as they are.
  void grow_buckets();
  void grow_handle_entries();
  // Handle entries first: the tokens that they hold also have entries by key.
  template <class Action>
  void for_each_entry(const Action& act);
  bool is_taken_from(std::uint64_t handle, const cached_token& token) noexcept;
  hit_counter& counter_of(std::uint64_t table, internal::hit_counters& all);
  static void clear(entry& used) noexcept;
  static void clear(handle_entry& used) noexcept;

  static constexpr std::size_t min_buckets = 16;
  static constexpr std::size_t max_buckets = max_tokens / 4;
  static constexpr std::size_t min_handle_entries = 16;
  static constexpr std::size_t max_entries_per_token = 1'024;

  pow2_array<bucket> buckets_{min_buckets};
  // Handles are numbered consecutively: those created together are adjacent.
  pow2_array<handle_entry> handle_entries_{min_handle_entries};
  std::int64_t next_eviction_ = 0;
  std::vector<std::pair<std::uint64_t, std::shared_ptr<hit_counter>>> counters_;
};

/// The token of that entry, if it may be handed out; counted as a hit.
// A function call would make a read by key a tenth slower.
template <class Entry>
[[gnu::always_inline]] inline cached_token* hit(const Entry* found) noexcept {
  if (found == nullptr || !found->is_current()) {
    return nullptr;
  }
  auto* const token = found->token;
  if (!token->lease().contains(coarse_clock_reading::now())) {
    return nullptr;
  }
  token->count_hit();
  return token;
}

/// The calling thread's copy of the token, if it has one that may be handed out: without a message,
/// a lock, a system call, an allocation, or a write to memory that other threads read. Counted as a
/// hit.
inline cached_token* find_fresh(const token_lookup& lookup) noexcept {
  auto* const cache = cache_of_this_thread;
  return cache == nullptr ? nullptr : hit(cache->find(lookup));
}

/// The same for a handle, without comparing any text.
inline cached_token* find_fresh(std::uint64_t handle) noexcept {
  auto* const cache = cache_of_this_thread;
  return cache == nullptr ? nullptr : hit(cache->find(handle));
}

}  // namespace midas::detail
