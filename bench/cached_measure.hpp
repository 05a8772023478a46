// Measures calls that take nanoseconds, on several threads at once.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <latch>
#include <thread>
#include <vector>

namespace midas::internal::bench {

using clock_type = std::chrono::steady_clock;

/// Cycles through 0 .. count - 1.
class cyclic_index {
 public:
  explicit cyclic_index(std::size_t count) : count_(count) {}
  std::size_t next() noexcept {
    const auto result = next_;
    next_ = next_ + 1 == count_ ? 0 : next_ + 1;
    return result;
  }

 private:
  std::size_t count_;
  std::size_t next_ = 0;
};

/// A caller whose first read in a thread costs the same as any other.
template <class Caller>
concept has_no_thread_cache = requires {
  typename Caller::has_no_thread_cache;
};

template <class Caller>
void read_each_once(Caller& call, std::size_t resources) {
  const auto count = has_no_thread_cache<Caller> ? std::size_t{1} : resources;
  for (std::size_t each = 0; each < count; ++each) {
    call(each);
  }
}

/// Returns the calls per second of all threads. Each thread calls `make_caller()`, and then what
/// that returns with the index of a resource: first once for every resource, unless the caller has
/// no thread cache, and then for `time`. Each thread records its own start and end, because it may
/// get a processor late.
template <class MakeCaller>
double calls_per_second(std::size_t threads, std::size_t resources, clock_type::duration time,
                        const MakeCaller& make_caller) {
  struct stretch {
    clock_type::time_point began;
    clock_type::time_point ended;
    std::uint64_t calls = 0;
  };
  std::vector<stretch> all(threads);
  std::latch ready{static_cast<std::ptrdiff_t>(threads)};
  {
    std::vector<std::jthread> running;
    for (auto& mine : all) {
      running.emplace_back([&] {
        auto call = make_caller();
        read_each_once(call, resources);
        cyclic_index resource{resources};
        ready.arrive_and_wait();
        std::uint64_t calls = 0;
        const auto began = clock_type::now();
        auto now = began;
        for (; now - began < time; now = clock_type::now()) {
          for (int batch = 0; batch < 128; ++batch) {
            call(resource.next());
          }
          calls += 128;
        }
        mine = {began, now, calls};
      });
    }
  }
  std::uint64_t calls = 0;
  for (const auto& each : all) {
    calls += each.calls;
  }
  const auto began = std::ranges::min(all, {}, &stretch::began).began;
  const auto ended = std::ranges::max(all, {}, &stretch::ended).ended;
  return static_cast<double>(calls) / std::chrono::duration<double>(ended - began).count();
}

/// Returns the durations of single calls in nanoseconds, minus the median time of reading the
/// clock.
template <class MakeCaller>
std::vector<double> latencies(std::size_t threads, std::size_t resources, std::size_t samples,
                              const MakeCaller& make_caller) {
  const auto nanoseconds = [](clock_type::duration time) {
    return std::chrono::duration<double, std::nano>(time).count();
  };
  std::vector<std::vector<double>> measured(threads);
  std::latch ready{static_cast<std::ptrdiff_t>(threads)};
  {
    std::vector<std::jthread> running;
    for (auto& mine : measured) {
      running.emplace_back([&] {
        auto call = make_caller();
        read_each_once(call, resources);
        std::vector<double> empty(samples);
        for (auto& each : empty) {
          const auto began = clock_type::now();
          each = nanoseconds(clock_type::now() - began);
        }
        std::ranges::nth_element(empty, empty.begin() + static_cast<std::ptrdiff_t>(samples / 2));
        const auto alone = empty[samples / 2];
        mine.resize(samples);
        ready.arrive_and_wait();
        cyclic_index resource{resources};
        for (auto& each : mine) {
          const auto index = resource.next();
          const auto began = clock_type::now();
          call(index);
          each = std::max(0.0, nanoseconds(clock_type::now() - began) - alone);
        }
      });
    }
  }
  std::vector<double> all;
  for (const auto& mine : measured) {
    all.insert(all.end(), mine.begin(), mine.end());
  }
  return all;
}

}  // namespace midas::internal::bench
