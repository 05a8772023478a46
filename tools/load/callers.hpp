// The callers of a load run and the token service that they use.
#pragma once

#include "tools/load/phase.hpp"
#include "tools/load/plan.hpp"
#include <midas/token_service.hpp>

#include <memory>

namespace midas::internal::tools {

class callers {
 public:
  callers() = default;
  callers(const callers&) = delete;
  callers& operator=(const callers&) = delete;
  virtual ~callers() = default;

  /// Begins the phase, starts all callers, and returns when the phase has finished. Throws
  /// std::runtime_error, which says what to do, if the callers cannot be started.
  virtual void run(phase& now) = 0;

  virtual token_service& service() = 0;
};

/// The plan must outlive the callers.
std::unique_ptr<callers> make_callers(const load_plan& plan);
std::unique_ptr<callers> make_actor_callers(const load_plan& plan);
std::unique_ptr<callers> make_thread_callers(const load_plan& plan);
std::unique_ptr<callers> make_coroutine_callers(const load_plan& plan);
std::unique_ptr<callers> make_callback_callers(const load_plan& plan);

}  // namespace midas::internal::tools
