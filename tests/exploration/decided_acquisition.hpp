// The decisions of an acquisition actor: its state machine, its waiters and its published token.
#pragma once

#include "actors/policies/acquisition_fsm.hpp"
#include "tests/exploration/actor_rules.hpp"
#include "tests/exploration/decided_admission.hpp"
#include "tests/exploration/fingerprint.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace midas::internal::exploration {

/// A copyable value: one message of the acquisition actor at a time, and what follows from it.
class decided_acquisition {
 public:
  using time_point = acquisition_fsm::time_point;

  struct waiting_caller {
    std::size_t number = 0;
    time_point deadline{};
    bool forced = false;
    bool canceled = false;
  };

  /// What the messages of an acquisition change besides itself.
  struct surroundings {
    decided_admission& host;
    actor_rules& rules;
    time_point now{};
  };

  decided_acquisition(std::string name, std::size_t number);

  void ask(const waiting_caller& caller, const surroundings& at);
  void cancel(std::size_t caller);

  // -- messages --
  void read(attempt_result result, const surroundings& at);
  void recheck(const surroundings& at);
  void fire(std::uint64_t timer, const surroundings& at);
  void refresh(const surroundings& at);

  /// The messages that are on their way to the actor, besides a result.
  struct messages {
    bool recheck = false;
    bool refresh = false;
    std::set<std::uint64_t> timers{};

    [[nodiscard]] bool empty() const noexcept { return !recheck && !refresh && timers.empty(); }
  };
  [[nodiscard]] const messages& due() const noexcept { return due_; }

  /// Turns into messages what is due at `now`.
  void pass_time(const surroundings& at);
  [[nodiscard]] time_point next_due() const;

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] bool is_idle() const noexcept {
    return machine_.current_phase() == acquisition_fsm::phase::idle;
  }
  [[nodiscard]] bool has_request() const noexcept { return order_.has_value(); }
  [[nodiscard]] std::uint64_t history() const noexcept { return history_.value(); }
  /// Tells the rules of the published token.
  void show_token(const surroundings& at) const;

 private:
  struct published_token {
    std::size_t exchange = 0;
    time_point end{};
    time_point refresh_at{};
    bool is_refresh_due = false;
  };

  void perform(acquisition_actions actions, const surroundings& at);
  void send(const surroundings& at);
  void publish(const publish_token& granted, const surroundings& at);
  void fail(const report_failure& failed, const surroundings& at);
  void answer_until(time_point deadline, const error& failure, const surroundings& at);
  void remove_canceled();
  [[nodiscard]] std::chrono::nanoseconds usable_for(time_point now) const;
  [[nodiscard]] std::optional<time_point> first_deadline() const;
  [[nodiscard]] acquisition_fsm::conditions conditions(time_point now) const;
  void note(std::uint64_t event, std::uint64_t detail, time_point now);

  std::string name_;
  std::size_t number_ = 0;
  acquisition_fsm machine_;
  std::vector<waiting_caller> waiters_;
  // The last order, until its result has been read.
  std::optional<std::uint64_t> order_;
  time_point order_deadline_{};
  bool is_refresh_order_ = false;
  std::optional<published_token> token_;
  std::vector<std::pair<time_point, std::uint64_t>> timers_;
  messages due_;
  fingerprint history_;
};

}  // namespace midas::internal::exploration
