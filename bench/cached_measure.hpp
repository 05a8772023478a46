// How calls that take nanoseconds are timed, on many threads at once.
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

/// Goes through 0 .. count - 1, again and again.
class turn {
 public:
  explicit turn(std::size_t count) : count_(count) {}
  std::size_t next() noexcept {
    const auto result = at_;
    at_ = at_ + 1 == count_ ? 0 : at_ + 1;
    return result;
  }

 private:
  std::size_t count_;
  std::size_t at_ = 0;
};

/// A caller that the first read in a thread costs no more than any other.
template <class Caller>
concept keeps_nothing_by_thread = requires {
  typename Caller::keeps_nothing_by_thread;
};

template <class Caller>
void read_each_once(Caller& call, std::size_t resources) {
  const auto count = keeps_nothing_by_thread<Caller> ? std::size_t{1} : resources;
  for (std::size_t each = 0; each < count; ++each) {
    call(each);
  }
}

/// Calls a second of all threads together. `make_caller()` is called in each thread and gives what
/// it calls, with the number of a resource; each thread calls it for every resource once before the
/// time begins, unless that changes nothing. Each notes when it began and ended, since it may be
/// given a processor late.
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
        turn resource{resources};
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

/// What single calls take, in nanoseconds: of each the time by the clock, less the median of what
/// the clock takes alone.
template <class MakeCaller>
std::vector<double> latencies(std::size_t threads, std::size_t resources, std::size_t samples,
                              const MakeCaller& make_caller) {
  const auto nanoseconds = [](clock_type::duration time) {
    return std::chrono::duration<double, std::nano>(time).count();
  };
  std::vector<std::vector<double>> seen(threads);
  std::latch ready{static_cast<std::ptrdiff_t>(threads)};
  {
    std::vector<std::jthread> running;
    for (auto& mine : seen) {
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
        turn resource{resources};
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
  for (const auto& mine : seen) {
    all.insert(all.end(), mine.begin(), mine.end());
  }
  return all;
}

}  // namespace midas::internal::bench
