// An admission queue and the budget of its host.
#pragma once

#include "actors/policies/admission_queue.hpp"

#include <chrono>
#include <cstdint>
#include <vector>

namespace midas::internal::test::admission {

using namespace std::chrono_literals;

using time_point = admission_queue::time_point;
using request = admission_queue::request;

inline const time_point start{1'000s};

// A queue and the budget of its host.
struct queued_host {
  host_budget budget;
  admission_queue queue;

  explicit queued_host(host_limits limits, std::size_t max_cold_per_lane = 1'000)
      : budget(limits), queue(max_cold_per_lane) {}

  void add(request added, time_point now = start) { queue.add(added, now); }

  // The requests that are admitted at that time.
  std::vector<std::uint64_t> admit(time_point now = start) {
    std::vector<std::uint64_t> result;
    while (const auto id = queue.admit(budget, now)) {
      result.push_back(*id);
    }
    return result;
  }

  void end(std::uint64_t id, time_point now = start) {
    queue.remove(id);
    budget.end();
    budget.succeeded(now);
  }

  // The ids of the requests in the order in which they are sent, one at a time.
  std::vector<std::uint64_t> drain(time_point now = start) {
    std::vector<std::uint64_t> result;
    while (const auto id = queue.admit(budget, now)) {
      result.push_back(*id);
      end(*id, now);
    }
    return result;
  }

  std::vector<std::uint64_t> take_late(time_point now) {
    std::vector<std::uint64_t> result;
    for (const auto& late : queue.take_late(budget, now)) {
      result.push_back(late.id);
    }
    return result;
  }

  [[nodiscard]] time_point next(time_point now = start) {
    return queue.next_admission(budget, now);
  }
};

using ids = std::vector<std::uint64_t>;

}  // namespace midas::internal::test::admission
