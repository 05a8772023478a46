#include "tests/support/failing_allocations.hpp"

#include <pthread.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string_view>

namespace {

std::atomic<std::size_t> least_that_fails{SIZE_MAX};
std::atomic<std::size_t> failed{0};

// Other threads, such as those of CAF that are still starting, are not what is tested.
bool is_worker_of_proxy() noexcept {
  constexpr std::string_view prefix = "midas-proxy-";
  std::array<char, 16> name{};
  return pthread_getname_np(pthread_self(), name.data(), name.size()) == 0 &&
         std::string_view{name.data()}.starts_with(prefix);
}

}  // namespace

namespace midas::internal::test {

failing_allocations::failing_allocations(std::size_t size) noexcept {
  failed = 0;
  least_that_fails = size;
}

failing_allocations::~failing_allocations() { least_that_fails = SIZE_MAX; }

std::size_t failing_allocations::count() noexcept { return failed; }

}  // namespace midas::internal::test

void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  if (size >= least_that_fails.load(std::memory_order_relaxed) && is_worker_of_proxy()) {
    ++failed;
    return nullptr;
  }
  return std::malloc(size == 0 ? 1 : size);
}

void* operator new(std::size_t size) {
  if (auto* block = operator new(size, std::nothrow)) {
    return block;
  }
  throw std::bad_alloc{};
}

void operator delete(void* block) noexcept { std::free(block); }

void operator delete(void* block, std::size_t /*size*/) noexcept { std::free(block); }
