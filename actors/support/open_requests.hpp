// The requests that the HTTP actor has not answered yet.
#pragma once

#include "actors/policies/admission_queue.hpp"
#include "actors/support/admission_refusal.hpp"
#include "messages/protocols.hpp"
#include "transport/http_transport.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

namespace midas::internal {

struct open_request {
  std::uint64_t id = 0;
  /// Moved from once it is sent.
  http_request request{};
  caf_compat::promise<http_response> promise{};
  std::uint64_t ticket = 0;
  /// Identifies the key; 0 if it is not known.
  std::size_t key = 0;
  /// Set once the request is in flight.
  std::optional<held_place> place{};
  /// Set once the transport has begun the exchange.
  std::optional<std::uint64_t> exchange{};

  void answer(expected<http_response> outcome);

  /// Ends the exchange, if there is one.
  void cancel(http_transport& transport) const;
};

/// Finds each by its number or its ticket. Used by one HTTP actor only.
class open_requests {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// What the admission queue needs to know of the request that add() would add next.
  [[nodiscard]] admission_queue::request next(const http_request& request) const;

  void add(http_request request, caf_compat::promise<http_response> promise);

  [[nodiscard]] open_request& at(std::uint64_t id) { return requests_.at(id); }

  /// The request is in flight from `now` on, and is returned so that it can be sent.
  http_request begin(open_request& admitted, time_point now);

  [[nodiscard]] std::optional<std::uint64_t> find_ticket(std::uint64_t ticket) const;

  /// Removes a request; empty if it has been removed before.
  std::optional<open_request> take(std::uint64_t id);
  std::optional<open_request> take_ticket(std::uint64_t ticket);

  std::vector<open_request> take_all();

  /// The requests in flight.
  [[nodiscard]] std::vector<held_place> places() const;

 private:
  std::unordered_map<std::uint64_t, open_request> requests_;
  std::unordered_map<std::uint64_t, std::uint64_t> tickets_;
  std::unordered_map<std::uint64_t, held_place> places_;
  std::uint64_t last_id_ = 0;
};

}  // namespace midas::internal
