// The actors of a token service under a schedule: a test chooses, step by step, which actor handles
// its next message, when time passes, what the host answers, and what the callers do.
#pragma once

#include "tests/exploration/actor_rules.hpp"
#include "tests/exploration/schedule.hpp"

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::exploration {

class explored_service;

class explored_actors {
 public:
  explicit explored_actors(host_limits limits, std::set<std::string_view> ignored = {});
  explored_actors(const explored_actors&) = delete;
  explored_actors& operator=(const explored_actors&) = delete;
  ~explored_actors();

  /// The steps "run ..." that are possible now.
  [[nodiscard]] std::vector<std::string> runnable() const;
  [[nodiscard]] std::vector<std::size_t> open_exchanges() const;
  [[nodiscard]] const actor_rules& rules() const noexcept;
  [[nodiscard]] bool is_shut_down() const noexcept;

  /// Makes a step. False, and nothing happens, if it is not possible now: schedules stay usable
  /// when the actors send fewer messages than they did.
  bool perform(const std::string& step);

  /// Lets the host answer and time pass until all callers have an answer, then shuts down, and
  /// checks that everything has ended.
  void finish();

 private:
  void run_all();

  std::unique_ptr<explored_service> service_;
};

}  // namespace midas::internal::exploration
