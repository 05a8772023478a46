#include "tools/load/callers.hpp"

namespace midas::internal::tools {

std::unique_ptr<callers> make_callers(const load_plan& plan) {
  switch (plan.as) {
    case caller_kind::actors:
    case caller_kind::messages:
      return make_actor_callers(plan);
    case caller_kind::threads:
      return make_thread_callers(plan);
    case caller_kind::coroutines:
      return make_coroutine_callers(plan);
    case caller_kind::callbacks:
      return make_callback_callers(plan);
  }
  return nullptr;
}

}  // namespace midas::internal::tools
