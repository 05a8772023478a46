#include "tests/support/failing_allocations.hpp"

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> least_that_fails{SIZE_MAX};
std::atomic<std::size_t> failed{0};

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
  if (size >= least_that_fails.load(std::memory_order_relaxed)) {
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
