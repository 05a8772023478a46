// Carries out the calls of a plan: threads, callbacks, coroutines and actors.
#pragma once

#include "tests/chaos/chaos_plan.hpp"
#include "tests/chaos/recorder.hpp"
#include <midas/actors.hpp>

#include <memory>
#include <vector>

namespace midas::internal::chaos {

class chaos_callers {
 public:
  /// All outlive it. The actors among the callers live in the system.
  chaos_callers(caf::actor_system& system, token_service& tokens, recorder& notes);
  chaos_callers(const chaos_callers&) = delete;
  chaos_callers& operator=(const chaos_callers&) = delete;
  ~chaos_callers();

  /// Makes each call when its time has come, counted from `begin`; a thread that still waits makes
  /// its next call later. Returns once all were made, and all that block have returned.
  void run(const std::vector<planned_call>& calls, time_point begin);

 private:
  class actor_callers;

  void call_blocking(const planned_call& call);
  void call_with_callback(const planned_call& call);
  void call_in_coroutine(const planned_call& call);
  void call_at_once(const planned_call& call);
  void make_calls_in_turn(const std::vector<planned_call>& calls, time_point begin);
  [[nodiscard]] std::stop_token stop_of(const planned_call& call, std::uint64_t id);
  void cancel_until(time_point now);

  struct cancellation;

  token_service& tokens_;
  recorder& notes_;
  std::unique_ptr<actor_callers> actors_;
  std::vector<cancellation> cancellations_;
};

}  // namespace midas::internal::chaos
