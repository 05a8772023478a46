// The memory of secrets: pages of their own, which core dumps leave out.
#include "messages/fork_watch.hpp"
#include <midas/sensitive_string.hpp>

#include <string.h>  // NOLINT(modernize-deprecated-headers): explicit_bzero is POSIX, not ISO C
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <memory_resource>
#include <mutex>
#include <new>

// AddressSanitizer finds errors only in memory from its own allocator.
#if defined(__SANITIZE_ADDRESS__)
#define MIDAS_SECRETS_ON_HEAP
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MIDAS_SECRETS_ON_HEAP
#endif
#endif

namespace midas {

namespace {

#if defined(MIDAS_SECRETS_ON_HEAP)

void* allocate(std::size_t size) { return ::operator new(size); }
void free_block(void* block, std::size_t /*size*/) { ::operator delete(block); }

#else

class undumped_pages final : public std::pmr::memory_resource {
 private:
  static std::size_t whole_pages(std::size_t size) noexcept {
    static const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    return (size + page - 1) / page * page;
  }

  void* do_allocate(std::size_t size, std::size_t /*alignment*/) override {
    const auto whole = whole_pages(size);
    auto* const block =
        ::mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) {
      throw std::bad_alloc{};
    }
    // Without this, secrets work as well, so a failure is not reported. Not MADV_WIPEONFORK: a
    // forked child continues to use the tokens that its parent had.
    ::madvise(block, whole, MADV_DONTDUMP);
    return block;
  }

  void do_deallocate(void* block, std::size_t size, std::size_t /*alignment*/) override {
    ::munmap(block, whole_pages(size));
  }

  [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
    return this == &other;
  }
};

// Blocks of up to 16 KiB share pages, since new pages take microseconds; larger ones have pages of
// their own.
struct secret_pool {
  undumped_pages pages;
  // Not a power of two, so that the blocks and the pool's notes on them fill whole pages.
  std::pmr::unsynchronized_pool_resource blocks{
      {.max_blocks_per_chunk = 255, .largest_required_pool_block = 16'384}, &pages};
};

constinit std::mutex pool_mutex;
const internal::lock_during_fork pool_mutex_in_fork{pool_mutex, internal::lock_rank::inner};

// Called with the lock. Never destroyed: objects with static lifetime may hold secrets until the
// process ends.
std::pmr::memory_resource& pool() {
  static auto& made = *new secret_pool;
  return made.blocks;
}

void* allocate(std::size_t size) {
  const std::lock_guard lock{pool_mutex};
  return pool().allocate(size);
}

void free_block(void* block, std::size_t size) {
  const std::lock_guard lock{pool_mutex};
  pool().deallocate(block, size);
}

#endif

}  // namespace

void wipe(void* data, std::size_t size) noexcept {
  if (size != 0) {
    explicit_bzero(data, size);
  }
}

void* detail::allocate_secret(std::size_t size) { return allocate(size); }

void detail::free_secret(void* block, std::size_t size) noexcept {
  wipe(block, size);
  free_block(block, size);
}

}  // namespace midas
