// The decisions of an HTTP actor: its admission queue and the budget of its host.
#pragma once

#include "actors/policies/admission_queue.hpp"
#include "actors/policies/attempt_result.hpp"
#include "messages/actor_messages.hpp"
#include "tests/exploration/fingerprint.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace midas::internal::exploration {

/// A request that waits or is in flight.
struct open_order {
  std::size_t key = 0;
  std::chrono::nanoseconds timeout{};
  /// Set once it is in flight, with the number of its exchange.
  std::optional<host_budget::time_point> sent_at{};
  std::size_t exchange = 0;
};

/// A copyable value: one message of the HTTP actor at a time, and what follows from it.
class decided_admission {
 public:
  using time_point = host_budget::time_point;

  /// The result of an order, on its way to the acquisition of its key.
  struct result {
    std::size_t key = 0;
    attempt_result outcome{};
  };

  explicit decided_admission(host_limits limits) : queue_(max_cold_keys), budget_(limits) {}

  /// Returns the number of the order.
  std::uint64_t serve(admission_queue::request asked, std::size_t key,
                      std::chrono::nanoseconds timeout, time_point now);
  void hasten(std::uint64_t id, time_point deadline, time_point now);
  void withdraw(std::uint64_t id, time_point now);
  /// Only while the order is in flight.
  void answer(std::uint64_t id, const std::string& what, time_point now);
  void found_unusable(time_point now);
  /// The time of next_wake() has come.
  void wake(time_point now) { admit(now); }

  [[nodiscard]] time_point next_wake() const noexcept { return wake_at_; }
  /// When the first exchange times out; time_point::max() if none is in flight.
  [[nodiscard]] time_point next_timeout() const;
  /// Ends the exchanges whose time is over.
  void end_due(time_point now);

  [[nodiscard]] const std::map<std::uint64_t, open_order>& open() const noexcept { return open_; }
  /// The keys of the exchanges that have started, in order. The caller clears the list.
  [[nodiscard]] std::vector<std::size_t>& started() noexcept { return started_; }
  [[nodiscard]] std::vector<result>& results() noexcept { return results_; }
  [[nodiscard]] const std::vector<result>& results() const noexcept { return results_; }
  /// The exchanges that were ended before the host answered.
  [[nodiscard]] std::vector<std::size_t>& canceled() noexcept { return canceled_; }
  [[nodiscard]] std::uint64_t history() const noexcept { return history_.value(); }

 private:
  static constexpr std::size_t max_cold_keys = 100;

  void admit(time_point now);
  void refuse_late(time_point now);
  void end(std::uint64_t id, attempt_result outcome);
  void note(std::uint64_t event, std::uint64_t id, time_point now);

  admission_queue queue_;
  host_budget budget_;
  std::map<std::uint64_t, open_order> open_;
  std::uint64_t last_id_ = 0;
  std::size_t exchanges_ = 0;
  time_point wake_at_ = time_point::max();
  std::vector<std::size_t> started_;
  std::vector<std::size_t> canceled_;
  std::vector<result> results_;
  fingerprint history_;
};

}  // namespace midas::internal::exploration
