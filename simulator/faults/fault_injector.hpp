// Enforces a simulated host's limits, applies its fault rules and keeps its journal, between the
// HTTP server and the host's protocol.
#pragma once

#include "simulator/faults/fault_schedule.hpp"
#include "simulator/faults/rate_window.hpp"
#include "simulator/faults/request_journal.hpp"
#include "simulator/hosts/simulated_protocol.hpp"
#include "simulator/http/http_server.hpp"
#include <midas/simulated_host_options.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::simulator {

/// answer(), answered() and ended() are for the server's thread; any thread may call the other
/// functions. Without limits, rules and a journal, a request costs one atomic load more.
class fault_injector final : public exchange_listener {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  /// Returns the current time, which must not decrease. Called from any thread.
  using clock = std::function<time_point()>;

  /// Throws std::invalid_argument if the rules are malformed. `host` must outlive the injector.
  fault_injector(const simulated_host_options& options, simulated_protocol& host,
                 clock now = &std::chrono::steady_clock::now);

  /// Fills an empty response. `now` is the time at which tokens are issued.
  void answer(const request_view& request, std::chrono::system_clock::time_point now,
              response& out);

  /// See simulated_host::set_fault_rules().
  void set_rules(std::string_view json);
  /// The text of the rules in force: a rules file, also if there are none.
  [[nodiscard]] std::string rules_text() const;
  [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }
  [[nodiscard]] std::vector<journal_entry> journal() const { return journal_.snapshot(); }
  /// The time of construction.
  [[nodiscard]] time_point start() const noexcept { return start_; }

  void answered(std::uint64_t number, int status) override;
  void ended(std::uint64_t number) override;

 private:
  struct rules_in_force {
    fault_schedule schedule;
    time_point since;
    std::string text;
  };

  void answer_token_request(const request_view& request, std::chrono::system_clock::time_point now,
                            response& out);
  [[nodiscard]] bool admit(time_point now);
  void note_throttled(time_point arrived, const response& out);
  [[nodiscard]] std::shared_ptr<rules_in_force> rules() const;

  simulated_protocol& host_;
  clock now_;
  identity_host kind_;
  std::chrono::nanoseconds latency_;
  std::size_t limit_concurrency_;
  std::uint64_t seed_;
  time_point start_;
  request_journal journal_;
  /// Every token request gets a number, by which answered() and ended() report on it.
  bool follows_;
  bool limits_;

  rate_window window_;
  /// Token requests whose answers are not complete yet.
  std::size_t waiting_ = 0;
  request_facts facts_;

  std::atomic<bool> has_rules_{false};
  mutable std::mutex rules_mutex_;
  std::shared_ptr<rules_in_force> rules_;
};

}  // namespace midas::internal::simulator
