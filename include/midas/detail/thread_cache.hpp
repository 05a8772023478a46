// The published tokens that one thread has read, kept by the thread itself: what makes a token at
// hand cost nanoseconds. See docs/design/published-tokens.md.
#pragma once

#include "published/hit_counters.hpp"
#include "published/published_slot.hpp"
#include "published/read_lease.hpp"
#include <midas/access_token.hpp>
#include <midas/detail/token_lookup.hpp>
#include <midas/detail/version_slots.hpp>

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace midas {

/// A thread's own copy of what is published under a key: a share in the token, and until when it
/// may be handed out. Touched by its thread alone, but for what biased_refcount allows.
class cached_token final : public biased_refcount {
 public:
  struct origin {
    access_token token;
    token_validity validity;
    std::shared_ptr<published_slot> slot;
    std::uint32_t version = 0;
    // Of the lookup.
    std::uint64_t hash = 0;
  };

  /// Begins a cache line; the text that a look compares stands behind it in the same memory. The
  /// counter lives longer than any seat that has the token while it is current.
  static cached_token* make(const token_lookup& lookup, origin from, hit_counter& hits);
  // NOLINTNEXTLINE(cert-dcl54-cpp,misc-new-delete-overloads): make() has the size that new has not
  static void operator delete(void* memory) noexcept { ::operator delete(memory, line); }

  /// Ends the thread's own hold: it lives on as long as somebody holds the token.
  void drop() noexcept { release_bias(); }

  [[nodiscard]] bool is_of(const token_lookup& lookup) const noexcept {
    const auto& id = lookup.identity.id();
    return table_ == lookup.table && kind_ == lookup.identity.kind() &&
           resource_size_ == lookup.resource.size() && id_size_ == id.size() &&
           std::memcmp(text(), lookup.resource.data(), resource_size_) == 0 &&
           (id_size_ == 0 || std::memcmp(text() + resource_size_, id.data(), id_size_) == 0);
  }

  [[nodiscard]] const read_lease& lease() const noexcept { return lease_; }

  /// It is handed out, which its table counts. Only from a seat that has just been found current:
  /// else there may be no counter any more.
  void count_hit() noexcept { hits_->add(); }

  /// Whether it may be handed out by the exact clocks; if so, the coarse ones are good for a while.
  [[nodiscard]] bool extend_lease(const clock_reading& now, const coarse_clock_reading& coarse) noexcept;

  [[nodiscard]] published_slot& slot() const noexcept { return *from_->slot; }
  [[nodiscard]] std::uint64_t hash() const noexcept { return from_->hash; }

 private:
  static constexpr std::align_val_t line{64};

  cached_token(const token_lookup& lookup, origin from, hit_counter& hits);
  ~cached_token() override = default;

  [[nodiscard]] const char* text() const noexcept {
    return reinterpret_cast<const char*>(this) + sizeof *this;
  }

  // In the first cache line, with what biased_refcount counts.
  read_lease lease_{};
  hit_counter* hits_;
  // In the second, with the beginning of the text.
  std::uint64_t table_;
  std::uint32_t resource_size_;
  std::uint32_t id_size_;
  identity_kind kind_;
  // What a look does not need.
  std::unique_ptr<origin> from_;
};

/// As many as a power of two, each found by its number modulo that.
template <class T>
class pow2_array {
 public:
  explicit pow2_array(std::size_t count)
      : all_(count), first_(all_.data()), last_(count - 1) {}
  pow2_array(pow2_array&&) noexcept = default;
  pow2_array& operator=(pow2_array&&) noexcept = default;

  [[nodiscard]] T& of(std::uint64_t number) noexcept { return first_[number & last_]; }

  [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }
  [[nodiscard]] auto begin() noexcept { return all_.begin(); }
  [[nodiscard]] auto end() noexcept { return all_.end(); }

 private:
  std::vector<T> all_;
  // So that a look computes neither.
  T* first_;
  std::size_t last_;
};

/// A hash table of bounded size, in buckets of a cache line, and beside it where the tokens of
/// handles are. One for each thread, made when it first reads a token, gone with the thread.
class thread_cache {
 public:
  /// At most so many tokens are kept for a thread by their keys, and as many by handles: the same
  /// ones, but for those that have been crowded out or replaced meanwhile.
  static constexpr std::size_t max_tokens = 32'768;

  /// By its key.
  struct entry {
    cached_token* token = nullptr;
    // The place of the token's version, under eight bits of the hash.
    std::uint32_t tag_and_slot = 0;
    // What it was when the token was read.
    std::uint32_t version = 0;

    [[nodiscard]] const std::atomic<std::uint32_t>& version_at() const noexcept {
      constexpr std::uint32_t slot_bits = version_slots::max_slots - 1;
      return version_slots::at(tag_and_slot & slot_bits);
    }

    /// Nothing else has been published since.
    [[nodiscard]] bool is_current() const noexcept {
      return version_at().load(std::memory_order_acquire) == version;
    }
  };

  /// By a handle. Holds a token that has a seat by its key, or had one.
  struct alignas(32) handle_entry {
    // 0 for nobody's.
    std::uint64_t handle = 0;
    cached_token* token = nullptr;
    const std::atomic<std::uint32_t>* version_at = nullptr;
    std::uint32_t version = 0;

    [[nodiscard]] bool is_current() const noexcept {
      return version_at->load(std::memory_order_acquire) == version;
    }
  };

  /// That of the calling thread; none before it has kept a token, and while it ends.
  static thread_cache* current() noexcept { return of_this_thread; }

  /// That of the calling thread, made if need be; none while it ends.
  static thread_cache* make_current();

  thread_cache() = default;
  thread_cache(const thread_cache&) = delete;
  thread_cache& operator=(const thread_cache&) = delete;
  ~thread_cache();

  /// What is kept under that key, good or not.
  [[nodiscard]] const entry* find(const token_lookup& lookup) noexcept {
    // Which of the four it is no processor can foresee: a branch for each would cost more than all
    // of the rest.
    const auto& group = buckets_.of(lookup.hash);
    const auto tag = tag_of(lookup.hash);
    unsigned candidates = 0;
    for (unsigned i = 0; i < group.size(); ++i) {
      candidates |= static_cast<unsigned>(group[i].tag_and_slot >> 24U == tag) << i;
    }
    for (; candidates != 0; candidates &= candidates - 1) {
      const auto& candidate = group[static_cast<std::size_t>(std::countr_zero(candidates))];
      if (candidate.token->is_of(lookup)) {
        return &candidate;
      }
    }
    return nullptr;
  }

  /// What that handle found the last time, good or not.
  [[nodiscard]] const handle_entry* find(std::uint64_t handle) noexcept {
    const auto& candidate = handle_entries_.of(handle);
    return candidate.handle == handle ? &candidate : nullptr;
  }

  /// In place of what is kept under that key, if anything; and where there is no room, of another.
  /// Its hits are counted among those of its table.
  cached_token& insert(const token_lookup& lookup, cached_token::origin from, hit_counters& hits);

  /// From now on that handle finds what is kept under that key, if anything, and if there is
  /// memory.
  void bind_handle(std::uint64_t handle, const token_lookup& lookup);

  /// Once a minute lets go of what has been replaced, or not read for so long. For each look that
  /// find_fresh() has not answered.
  void evict_stale(const coarse_clock_reading& now);

 private:
  struct alignas(64) bucket : std::array<entry, 4> {};

  // Never 0, which an empty seat has.
  static std::uint32_t tag_of(std::uint64_t hash) noexcept {
    return static_cast<std::uint32_t>(hash >> 56U) | 1U;
  }
  entry& entry_for(const token_lookup& lookup);
  // Both throw std::bad_alloc, and leave what there is.
  void grow_buckets();
  void grow_handle_entries();
  // Those of handles first: what they hold has a seat by its key, too.
  template <class Action>
  void for_each_entry(const Action& act);
  bool is_taken_from(std::uint64_t handle, const cached_token& token) noexcept;
  hit_counter& counter_of(std::uint64_t table, hit_counters& all);
  static void clear(entry& taken) noexcept;
  static void clear(handle_entry& taken) noexcept;

  static constexpr std::size_t min_buckets = 16;
  static constexpr std::size_t max_buckets = max_tokens / 4;
  static constexpr std::size_t min_handle_entries = 16;
  static constexpr std::size_t max_entries_per_token = 1'024;

#if defined(__GNUC__)
  [[gnu::tls_model("initial-exec")]]
#endif
  static inline constinit thread_local thread_cache* of_this_thread = nullptr;

  pow2_array<bucket> buckets_{min_buckets};
  // Handles are numbered one after the other, so that those made together sit side by side.
  pow2_array<handle_entry> handle_entries_{min_handle_entries};
  std::int64_t next_drop_ = 0;
  std::vector<std::pair<std::uint64_t, std::shared_ptr<hit_counter>>> counters_;
};

namespace detail {

/// The token of that seat, if there is one that may be handed out; it is counted as a hit.
// To call it would cost a read by key a tenth more.
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

}  // namespace detail

/// The calling thread's copy of what is looked for, if it has one that may be handed out: without a
/// message, a lock, a system call, an allocation, or a write to memory that another thread reads.
/// It is counted as a hit.
inline cached_token* find_fresh(const token_lookup& lookup) noexcept {
  auto* const mine = thread_cache::current();
  return mine == nullptr ? nullptr : detail::hit(mine->find(lookup));
}

/// The same of what a handle leads to, without a look at any text.
inline cached_token* find_fresh(std::uint64_t handle) noexcept {
  auto* const mine = thread_cache::current();
  return mine == nullptr ? nullptr : detail::hit(mine->find(handle));
}

}  // namespace midas
