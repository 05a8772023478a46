// Reference counting of one token, without contention between the threads that hold it.
#pragma once

#include <midas/detail/export.hpp>

#include <atomic>
#include <cstdint>

namespace midas {
struct token_grant;
}  // namespace midas

namespace midas::detail {

/// Its address identifies the calling thread.
MIDAS_THREAD_LOCAL_DATA extern constinit thread_local char this_thread_marker;

/// A reference count of a grant. A count that is owned by a thread counts that thread's references
/// with plain additions and all others with atomic ones, so that a thread which copies and destroys
/// tokens writes to no memory that another thread reads. (Biased reference counting: Choi, Shull
/// and Torrellas, PACT 2018. Here the bias ends when the owner releases it.) hold() and release()
/// may be called from any thread.
class biased_refcount {
 public:
  biased_refcount(const biased_refcount&) = delete;
  biased_refcount& operator=(const biased_refcount&) = delete;

  [[nodiscard]] const token_grant& grant() const noexcept { return *grant_; }

  void hold() noexcept {
    if (is_owner()) {
      ++owner_count_;
    } else {
      shared_count_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  void release() noexcept {
    if (is_owner()) {
      --owner_count_;
    } else if (shared_count_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      delete this;
    }
  }

 protected:
  /// Unowned, with one reference.
  explicit biased_refcount(const token_grant& grant) noexcept : grant_(&grant), shared_count_(1) {}

  struct owned {};
  /// Owned by the calling thread, without references; lives until release_bias().
  biased_refcount(const token_grant& grant, owned /*tag*/) noexcept
      : grant_(&grant), owner_(&this_thread_marker), shared_count_(bias) {}

  virtual ~biased_refcount() = default;

  /// Called by the owner: from now on all references are counted atomically, and the last release
  /// deletes the object.
  void release_bias() noexcept {
    owner_.store(nullptr, std::memory_order_relaxed);
    const auto change = owner_count_ - bias;
    if (shared_count_.fetch_add(change, std::memory_order_acq_rel) + change == 0) {
      delete this;
    }
  }

 private:
  // More than there can be references: the shared count never reaches 0 while there is an owner.
  static constexpr std::int64_t bias = std::int64_t{1} << 62U;

  [[nodiscard]] bool is_owner() const noexcept {
    return owner_.load(std::memory_order_relaxed) == &this_thread_marker;
  }

  const token_grant* grant_;
  std::atomic<const char*> owner_ = nullptr;
  // Negative when the owner released references that other threads had taken.
  std::int64_t owner_count_ = 0;
  std::atomic<std::int64_t> shared_count_;
};

}  // namespace midas::detail
