// The decisions of midas under a schedule, without actors: the state machines of two keys, the
// admission queue and the host's budget, as one value that can be copied.
#pragma once

#include "tests/exploration/actor_rules.hpp"
#include "tests/exploration/decided_acquisition.hpp"
#include "tests/exploration/decided_admission.hpp"
#include "tests/exploration/decision_case.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace midas::internal::exploration {

/// The steps of its schedules:
///
///     ask N              caller N of the case asks
///     cancel N           caller N is canceled
///     answer KEY WHAT    the host answers the exchange of that key; see answers_of_host()
///     read KEY           the acquisition of the key reads the result of its request
///     expire KEY         it looks for waiters that have left
///     timer KEY N        its timer N fires
///     refresh KEY        its refresh is due
///     admit              the admission queue is looked at, because its timer has fired
///     time               time passes until something is due; only if no message is on its way
class explored_decisions {
 public:
  explicit explored_decisions(const decision_case& given);

  [[nodiscard]] std::vector<std::string> possible() const;

  /// Makes a step. False, and nothing happens, if it is not possible now.
  bool perform(const std::string& step);

  /// Lets the host answer and time pass until all callers have an answer.
  void finish();

  [[nodiscard]] const actor_rules& rules() const noexcept { return rules_; }

  /// Equal for two schedules that have led to the same state.
  [[nodiscard]] std::uint64_t history() const;

 private:
  using time_point = decided_acquisition::time_point;

  void add_messages(std::vector<std::string>& steps) const;
  bool take_step(const std::string& step);
  bool ask(std::size_t caller);
  bool cancel(std::size_t caller);
  bool answer(const std::string& key, const std::string& what);
  bool read(const std::string& key);
  bool pass_time();
  void observe();

  [[nodiscard]] decided_acquisition* find(const std::string& key);
  [[nodiscard]] decided_acquisition::surroundings surroundings() { return {host_, rules_, now_}; }
  [[nodiscard]] bool is_quiet() const;
  [[nodiscard]] bool is_over() const;
  [[nodiscard]] time_point next_due() const;

  std::shared_ptr<const decision_case> case_;
  actor_rules rules_;
  decided_admission host_;
  std::vector<decided_acquisition> keys_;
  // The number among the rules' callers of each caller of the case that has asked.
  std::vector<std::optional<std::size_t>> asked_;
  time_point now_;
};

}  // namespace midas::internal::exploration
