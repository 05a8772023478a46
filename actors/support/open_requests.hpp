// The requests that the HTTP actor has not answered yet.
#pragma once

#include "actors/policies/admission_queue.hpp"
#include "actors/support/admission_refusal.hpp"
#include "actors/support/exchange_relay.hpp"
#include "actors/support/service_context.hpp"
#include "messages/protocols.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace midas::internal {

struct open_request {
  std::uint64_t id = 0;
  std::shared_ptr<exchange_relay::exchange> exchange{};
  caf_compat::promise<http_response> promise{};
  std::uint64_t ticket = 0;
  /// Identifies the key; 0 if it is not known.
  std::size_t key = 0;
  std::shared_ptr<const acquisition_key> token_key{};
  std::chrono::milliseconds attempt_time{};
  /// http_request::attempt.
  unsigned attempt = 1;
  /// Set once the request is in flight.
  std::optional<used_slot> slot{};

  void answer(expected<http_response> outcome);
};

/// Those that wait in the admission queue and those in flight. Finds each by its number or its
/// ticket. Used by one HTTP actor only.
class open_requests {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit open_requests(const service_context& service);

  [[nodiscard]] admission_queue& queue() noexcept { return queue_; }
  [[nodiscard]] const admission_queue& queue() const noexcept { return queue_; }

  /// What the admission queue needs to know of the request that add() would add next.
  [[nodiscard]] admission_queue::request next(const http_request& request) const;

  void add(http_request request, caf_compat::promise<http_response> promise, time_point now);

  /// The exchange that the budget admits next, if any; its request is in flight from `now` on.
  std::shared_ptr<exchange_relay::exchange> admit(host_budget& budget, time_point now);

  /// If that request waits, it is in flight from `now` on: it has taken the place of another.
  void note_begun(std::uint64_t id, host_budget& budget, time_point now);

  /// Gives the relay the exchanges that will be admitted next, or none unless
  /// host_budget::passes_slots_on().
  void choose_successors(exchange_relay& relay, bool passes_slots_on, time_point now) const;

  [[nodiscard]] open_request& at(std::uint64_t id) { return requests_.at(id); }

  [[nodiscard]] std::optional<std::uint64_t> find_ticket(std::uint64_t ticket) const;

  /// What the request of that ticket waits for.
  [[nodiscard]] wait_answer wait_of(std::uint64_t ticket, host_budget& budget,
                                    time_point now) const;

  /// Removes a request; empty if it has been removed before.
  std::optional<open_request> take(std::uint64_t id);

  std::vector<open_request> take_all();

  [[nodiscard]] host_load load() const;

 private:
  void begin(open_request& admitted, time_point now);

  admission_queue queue_;
  // See default_identity_of().
  std::string default_identity_;
  std::unordered_map<std::uint64_t, open_request> requests_;
  std::unordered_map<std::uint64_t, std::uint64_t> tickets_;
  std::unordered_map<std::uint64_t, used_slot> used_slots_;
  std::uint64_t last_id_ = 0;
};

}  // namespace midas::internal
