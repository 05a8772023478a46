// The errors of requests that are not sent.
#pragma once

#include "actors/policies/admission_queue.hpp"
#include "actors/policies/host_budget.hpp"
#include "messages/actor_messages.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace midas::internal {

/// A request in flight.
struct used_slot {
  std::shared_ptr<const acquisition_key> key;
  std::chrono::steady_clock::time_point since{};
  /// When the exchange times out.
  std::chrono::steady_clock::time_point until{};
  /// http_request::attempt.
  unsigned attempt = 1;
};

/// What the error of a request that is not sent says about the other requests.
struct host_load {
  /// All requests in flight.
  std::vector<used_slot> slots;
  /// The requests that wait.
  std::size_t waiting = 0;
  /// See default_identity_of().
  std::string default_identity{};
};

/// The answer to a request that the budget does not admit before its deadline. Its error has the
/// code of the host's last failure if midas pauses after it, otherwise errc::host_busy.
not_admitted refusal(const admission_queue::rejection& late, host_budget& budget,
                     const host_load& load, host_budget::time_point now);

/// The error for a cold key of a lane that has `max` of them under way.
error lane_is_full(std::uint32_t lane, std::size_t max);

}  // namespace midas::internal
