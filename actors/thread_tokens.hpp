// The published tokens that one thread has read, kept by the thread itself: what makes a token at
// hand cost nanoseconds. See docs/design/published-tokens.md.
#pragma once

#include <midas/actors/hit_counters.hpp>
#include <midas/actors/reading_window.hpp>
#include <midas/actors/token_lookup.hpp>
#include <midas/actors/token_slot.hpp>
#include <midas/actors/version_board.hpp>
#include <midas/messages/access_token.hpp>

#include <array>
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
/// may be handed out. Touched by its thread alone, but for what token_share allows.
class thread_token final : public token_share {
 public:
  struct source {
    access_token token;
    token_validity validity;
    std::shared_ptr<token_slot> slot;
    std::uint32_t version = 0;
    // Of the lookup.
    std::uint64_t hash = 0;
  };

  /// Begins a cache line; the text that a look compares stands behind it in the same memory.
  static thread_token* make(const token_lookup& looked_for, source from);
  // NOLINTNEXTLINE(cert-dcl54-cpp,misc-new-delete-overloads): make() has the size that new has not
  static void operator delete(void* memory) noexcept { ::operator delete(memory, line); }

  /// Ends the thread's own hold: it lives on as long as somebody holds the token.
  void drop() noexcept { disown(); }

  [[nodiscard]] bool is_of(const token_lookup& looked_for) noexcept {
    if (looked_for.handle != 0 && looked_for.handle == handle_) [[likely]] {
      return true;
    }
    if (!has_text_of(looked_for)) {
      return false;
    }
    if (looked_for.handle != 0) {
      handle_ = looked_for.handle;
    }
    return true;
  }

  [[nodiscard]] const reading_window& window() const noexcept { return window_; }

  /// Whether it may be handed out by the exact clocks; if so, the coarse ones are good for a while.
  [[nodiscard]] bool renew(const moment& now, const coarse_moment& coarse) noexcept;

  [[nodiscard]] token_slot& slot() const noexcept { return *from_->slot; }
  [[nodiscard]] std::uint64_t hash() const noexcept { return from_->hash; }

 private:
  static constexpr std::align_val_t line{64};

  thread_token(const token_lookup& looked_for, source from);
  ~thread_token() override = default;

  [[nodiscard]] char* text() noexcept { return reinterpret_cast<char*>(this) + sizeof *this; }

  [[nodiscard]] bool has_text_of(const token_lookup& looked_for) noexcept {
    const auto& id = looked_for.identity.id();
    return table_ == looked_for.table && kind_ == looked_for.identity.kind() &&
           resource_size_ == looked_for.resource.size() && id_size_ == id.size() &&
           std::memcmp(text(), looked_for.resource.data(), resource_size_) == 0 &&
           (id_size_ == 0 || std::memcmp(text() + resource_size_, id.data(), id_size_) == 0);
  }

  // In the first cache line, with what token_share counts.
  reading_window window_{};
  std::uint64_t handle_;
  // In the second, with the beginning of the text.
  std::uint64_t table_;
  std::uint32_t resource_size_;
  std::uint32_t id_size_;
  identity_kind kind_;
  // What a look does not need.
  std::unique_ptr<source> from_;
};

/// A hash table of bounded size, in buckets of a cache line. One for each thread, made when it
/// first reads a token, gone with the thread.
class thread_tokens {
 public:
  /// At most so many tokens are kept for a thread.
  static constexpr std::size_t most_tokens = 32'768;

  struct seat {
    thread_token* token = nullptr;
    // The place of the token's version, under eight bits of the hash.
    std::uint32_t tag_and_place = 0;
    // What it was when the token was read.
    std::uint32_t version = 0;

    /// Nothing else has been published since.
    [[nodiscard]] bool is_current() const noexcept {
      constexpr std::uint32_t place_bits = version_board::most_places - 1;
      return version_board::at(tag_and_place & place_bits).load(std::memory_order_acquire) ==
             version;
    }
  };

  /// That of the calling thread; none before it has kept a token, and while it ends.
  static thread_tokens* current() noexcept { return of_this_thread; }

  /// That of the calling thread, made if need be; none while it ends.
  static thread_tokens* make_current();

  thread_tokens() { make_buckets(smallest); }
  thread_tokens(const thread_tokens&) = delete;
  thread_tokens& operator=(const thread_tokens&) = delete;
  ~thread_tokens();

  /// What is kept under that key, good or not.
  [[nodiscard]] const seat* find(const token_lookup& looked_for) noexcept {
    // Which of the four it is no processor can foresee: a branch for each would cost more than all
    // of the rest.
    const auto& group = bucket_of(looked_for.hash);
    const auto tag = tag_of(looked_for.hash);
    unsigned candidates = 0;
    for (unsigned i = 0; i < group.size(); ++i) {
      candidates |= static_cast<unsigned>(group[i].tag_and_place >> 24U == tag) << i;
    }
    for (; candidates != 0; candidates &= candidates - 1) {
      const auto& candidate = group[static_cast<std::size_t>(std::countr_zero(candidates))];
      if (candidate.token->is_of(looked_for)) {
        return &candidate;
      }
    }
    return nullptr;
  }

  /// In place of what is kept under that key, if anything; and where there is no room, of another.
  thread_token& keep(const token_lookup& looked_for, thread_token::source from,
                     const coarse_moment& now);

  /// A token of that table was handed out, which it counts there.
  void count_hit(std::uint64_t table, hit_counters& all) {
    if (counted_table_ != table) {
      count_for(table, all);
    }
    counter_->add();
  }

 private:
  struct alignas(64) bucket : std::array<seat, 4> {};

  // Never 0, which an empty seat has.
  static std::uint32_t tag_of(std::uint64_t hash) noexcept {
    return static_cast<std::uint32_t>(hash >> 56U) | 1U;
  }
  [[nodiscard]] bucket& bucket_of(std::uint64_t hash) noexcept {
    return first_bucket_[hash & last_bucket_];
  }
  seat& seat_for(const token_lookup& looked_for);
  void make_buckets(std::size_t count);
  void grow();
  void drop_unused(const coarse_moment& now);
  void count_for(std::uint64_t table, hit_counters& all);
  static void vacate(seat& taken) noexcept;

  static constexpr std::size_t smallest = 16;
  static constexpr std::size_t largest = most_tokens / 4;

#if defined(__GNUC__)
  [[gnu::tls_model("initial-exec")]]
#endif
  static inline constinit thread_local thread_tokens* of_this_thread = nullptr;

  // Of the buckets, so that a look computes neither.
  bucket* first_bucket_ = nullptr;
  std::size_t last_bucket_ = 0;
  // The last of the counters that was added to.
  std::uint64_t counted_table_ = 0;
  hit_counter* counter_ = nullptr;
  std::int64_t next_drop_ = 0;
  std::vector<bucket> buckets_;
  std::vector<std::pair<std::uint64_t, std::shared_ptr<hit_counter>>> counters_;
};

/// The calling thread's copy of what is looked for, if it has one that may be handed out: without a
/// message, a lock, a system call, an allocation, or a write to memory that another thread reads.
/// The hit is counted among `hits`, those of the table.
inline thread_token* find_good(const token_lookup& looked_for, hit_counters& hits) {
  auto* const mine = thread_tokens::current();
  if (mine == nullptr) {
    return nullptr;
  }
  const auto* const found = mine->find(looked_for);
  if (found == nullptr || !found->is_current() ||
      !found->token->window().contains(coarse_moment::now())) {
    return nullptr;
  }
  mine->count_hit(looked_for.table, hits);
  return found->token;
}

}  // namespace midas
