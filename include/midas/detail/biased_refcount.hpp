// How the holders of one token are counted, so that those of one thread do not get in the way of
// those of another.
#pragma once

#include <atomic>
#include <cstdint>

namespace midas {

struct token_grant;

/// Different in each thread that runs: its address is who the thread is.
// Without the model, a shared library would call a function for each look at it.
#if defined(__GNUC__)
[[gnu::tls_model("initial-exec")]]
#endif
inline constinit thread_local char this_thread_marker = 0;

/// A counted share in a grant, kept alive by its holders. One that belongs to a thread counts that
/// thread's holders by plain additions and all others by atomic ones, so that a thread which takes
/// and returns tokens writes to no memory that another reads. (The published idea is biased
/// reference counting, Choi, Shull and Torrellas, PACT 2018; here the bias ends when the owner
/// says so, or ends itself.) hold() and release() may be called from any thread.
class biased_refcount {
 public:
  biased_refcount(const biased_refcount&) = delete;
  biased_refcount& operator=(const biased_refcount&) = delete;

  [[nodiscard]] const token_grant& grant() const noexcept { return *grant_; }

  void hold() noexcept {
    if (is_mine()) {
      ++owner_count_;
    } else {
      shared_count_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  void release() noexcept {
    if (is_mine()) {
      --owner_count_;
    } else if (shared_count_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      delete this;
    }
  }

 protected:
  /// A share that belongs to no thread, with one holder.
  explicit biased_refcount(const token_grant& grant) noexcept : grant_(&grant), shared_count_(1) {}

  struct owned {};
  /// A share of the calling thread without holders, which lives until disown().
  biased_refcount(const token_grant& grant, owned /*tag*/) noexcept
      : grant_(&grant), owner_(&this_thread_marker), shared_count_(ownership) {}

  virtual ~biased_refcount() = default;

  /// By the owner: from now on all holders are counted alike, and the last one's end is the end of
  /// this.
  void release_bias() noexcept {
    owner_.store(nullptr, std::memory_order_relaxed);
    const auto change = owner_count_ - ownership;
    if (shared_count_.fetch_add(change, std::memory_order_acq_rel) + change == 0) {
      delete this;
    }
  }

 private:
  // More than there can be holders: the others' count is never 0 while there is an owner.
  static constexpr std::int64_t ownership = std::int64_t{1} << 62U;

  [[nodiscard]] bool is_mine() const noexcept {
    return owner_.load(std::memory_order_relaxed) == &this_thread_marker;
  }

  const token_grant* grant_;
  std::atomic<const char*> owner_ = nullptr;
  // The owner's holders; less than none when holders of others ended in its hands.
  std::int64_t owner_count_ = 0;
  std::atomic<std::int64_t> shared_count_;
};

}  // namespace midas
