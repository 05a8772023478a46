// Stands between the server and the host's dialect: holds the limits, applies the fault rules, and
// keeps the journal.
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
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace midas::internal::simulator {

/// answer() and what it hears of exchanges belong to the server's thread, the rest to any. With
/// nothing to do it costs a load of an atomic.
class fault_injector final : public exchange_listener {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Throws std::invalid_argument when the rules are malformed.
  fault_injector(const simulated_host_options& options, simulated_protocol& host);

  /// Fills an empty response.
  void answer(const request_view& request, std::chrono::system_clock::time_point now,
              response& out);

  void set_rules(std::string_view json);
  [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }
  [[nodiscard]] std::vector<journal_entry> journal() const { return journal_.snapshot(); }
  /// When it was made.
  [[nodiscard]] time_point start() const noexcept { return start_; }

  void answered(std::uint64_t number, int status) override;
  void ended(std::uint64_t number) override;

 private:
  struct rules_in_force {
    fault_schedule schedule;
    time_point since;
  };

  void answer_token_request(const request_view& request, std::chrono::system_clock::time_point now,
                            response& out);
  [[nodiscard]] bool admit(time_point now);
  void note_throttled(time_point arrived, const response& out);
  [[nodiscard]] std::shared_ptr<rules_in_force> rules() const;

  simulated_protocol& host_;
  identity_host kind_;
  std::chrono::nanoseconds latency_;
  std::size_t limit_concurrency_;
  std::uint64_t seed_;
  time_point start_ = std::chrono::steady_clock::now();
  request_journal journal_;
  /// Whether exchanges are followed to their end.
  bool follows_;
  bool limits_;

  rate_window window_;
  std::size_t waiting_ = 0;
  request_facts facts_;

  std::atomic<bool> has_rules_{false};
  mutable std::mutex rules_mutex_;
  std::shared_ptr<rules_in_force> rules_;
};

}  // namespace midas::internal::simulator
