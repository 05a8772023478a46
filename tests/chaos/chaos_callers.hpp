// Makes the calls of a plan from threads, callbacks, coroutines and actors.
#pragma once

#include "tests/chaos/chaos_plan.hpp"
#include "tests/chaos/recorder.hpp"
#include <midas/actors.hpp>

#include <memory>
#include <vector>

namespace midas::internal::chaos {

class chaos_callers {
 public:
  /// The arguments must outlive the object. The actors among the callers live in `system`.
  /// Called before the actor system is created.
  static void register_messages();

  chaos_callers(caf::actor_system& system, token_service& tokens, recorder& log);
  chaos_callers(const chaos_callers&) = delete;
  chaos_callers& operator=(const chaos_callers&) = delete;
  ~chaos_callers();

  /// Makes each call at its time, counted from `begin`. A thread whose previous call is still
  /// blocked makes its next call late. Returns when all calls have been made and the blocking ones
  /// have returned.
  void run(const std::vector<planned_call>& calls, time_point begin);

 private:
  class actor_callers;

  void call_blocking(const planned_call& call);
  void call_with_callback(const planned_call& call);
  void call_in_coroutine(const planned_call& call);
  void call_asynchronously(const planned_call& call);
  void make_asynchronous_calls(const std::vector<planned_call>& calls, time_point begin);
  [[nodiscard]] std::stop_token stop_of(const planned_call& call, std::uint64_t id);
  void cancel_due(time_point now);

  struct cancellation;

  token_service& tokens_;
  recorder& log_;
  std::unique_ptr<actor_callers> actors_;
  std::vector<cancellation> cancellations_;
};

}  // namespace midas::internal::chaos
