#include "messages/caf_compat.hpp"

#include <caf/policy/profiled.hpp>
#include <caf/policy/work_sharing.hpp>
#include <caf/policy/work_stealing.hpp>
#include <caf/scheduler/coordinator.hpp>

namespace midas::caf_compat {

namespace {

template <class Policy>
bool add_threads_of(caf::scheduler::abstract_coordinator& scheduler,
                    std::vector<std::thread::id>& ids) {
  auto* const found = dynamic_cast<caf::scheduler::coordinator<Policy>*>(&scheduler);
  if (found == nullptr) {
    return false;
  }
  for (std::size_t i = 0; i < found->num_workers(); ++i) {
    ids.push_back(found->worker_by_id(i)->get_thread().get_id());
  }
  return true;
}

template <class... Policies>
std::vector<std::thread::id> threads_of(caf::scheduler::abstract_coordinator& scheduler) {
  std::vector<std::thread::id> ids;
  (void)(add_threads_of<Policies>(scheduler, ids) || ...);
  return ids;
}

}  // namespace

std::vector<std::thread::id> scheduler_threads(caf::actor_system& system) {
  using namespace caf::policy;
  return threads_of<work_stealing, work_sharing, profiled<work_stealing>, profiled<work_sharing>>(
      system.scheduler());
}

}  // namespace midas::caf_compat
