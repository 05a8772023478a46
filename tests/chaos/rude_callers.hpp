// Callers that a service must survive: threads in a loop with very short timeouts, crowds of keys,
// requests that are canceled at once, forced refreshes and claims, observers that throw.
#pragma once

#include "tests/chaos/random_source.hpp"
#include "tests/chaos/recorder.hpp"
#include <midas/midas.hpp>

#include <chrono>
#include <cstdint>
#include <set>
#include <stop_token>
#include <thread>
#include <vector>

namespace midas::internal::chaos {

/// More keys are requested than this.
constexpr std::size_t rude_max_keys = 16;

/// The keys that are requested with and without claims.
[[nodiscard]] std::set<request_key> rude_keys_with_claims();

/// The callers of one service. Used by one thread.
class rude_callers {
 public:
  /// `service` and `log` must outlive the object. `crowd` is how many keys each round requests.
  rude_callers(token_service& service, recorder& log, std::uint64_t seed, std::size_t crowd);
  rude_callers(const rude_callers&) = delete;
  rude_callers& operator=(const rude_callers&) = delete;

  /// Makes the calls of 50 ms without waiting for answers.
  void make_round();
  /// A request for a key that no other caller requests, in a lane of its own, with a patient
  /// timeout.
  void make_patient_call();
  /// Ends the threads.
  void stop();

 private:
  struct cancellation {
    std::uint64_t id = 0;
    std::stop_source source{};
  };

  // Returns the id of the request.
  std::uint64_t ask(const token_request& request, std::chrono::milliseconds timeout,
                    const std::stop_token& stop = {});
  void observe();
  static void hurry(const std::stop_token& stop, const token_handle& tokens, recorder& log,
                    std::uint64_t seed);

  token_service& service_;
  recorder& log_;
  random_source chance_;
  std::size_t crowd_;
  std::size_t rounds_ = 0;
  std::vector<cancellation> to_cancel_;
  event_subscription observer_;
  // Last, so that they end first.
  std::vector<std::jthread> threads_;
};

}  // namespace midas::internal::chaos
