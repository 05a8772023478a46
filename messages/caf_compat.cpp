#include "messages/caf_compat.hpp"

#if CAF_MAJOR_VERSION < 1
#include <caf/policy/profiled.hpp>
#include <caf/policy/work_sharing.hpp>
#include <caf/policy/work_stealing.hpp>
#include <caf/scheduler/coordinator.hpp>
#else
#include <caf/logger.hpp>
#include <caf/message_handler.hpp>
#include <caf/system_messages.hpp>

#include <pthread.h>

#include <array>
#include <string_view>
#endif

namespace midas::caf_compat {

#if CAF_MAJOR_VERSION < 1

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

scheduler_threads::scheduler_threads(caf::actor_system& system) {
  using namespace caf::policy;
  ids_ = threads_of<work_stealing, work_sharing, profiled<work_stealing>, profiled<work_sharing>>(
      system.scheduler());
}

#else

namespace {

constinit thread_local const running_scope* innermost = nullptr;

// The name that CAF gives to the threads of its schedulers. A detached actor has another.
bool is_worker_thread() {
  std::array<char, 16> name{};
  return ::pthread_getname_np(::pthread_self(), name.data(), name.size()) == 0 &&
         std::string_view{name.data()} == "caf.worker";
}

}  // namespace

running_scope::running_scope(const caf::scheduler* scheduler,
                             const caf::actor_system* system) noexcept
    : outer_(innermost), scheduler_(scheduler), system_(system) {
  innermost = this;
}

running_scope::~running_scope() { innermost = outer_; }

bool running_scope::active(const caf::scheduler* scheduler,
                           const caf::actor_system* system) noexcept {
  return innermost != nullptr && innermost->scheduler_ == scheduler && innermost->system_ == system;
}

system_handlers::~system_handlers() = default;

caf::behavior system_handlers::complete(caf::behavior handlers) const {
  if (!on_exit_) {
    return handlers;
  }
  return caf::message_handler{handlers.as_behavior_impl()}.or_else(
      [on_exit = on_exit_](const caf::exit_msg& exit) {
        if (exit.reason) {
          on_exit(exit.reason);
        }
      },
      // CAF reports a message that no handler accepts.
      [](const caf::down_msg& /*of an actor that is not monitored*/) {});
}

void system_handlers::demonitor(caf::actor_id id) {
  if (auto found = subscriptions_.extract(id)) {
    found.mapped().dispose();
  }
}

void system_handlers::down(const caf::actor_addr& ended) {
  subscriptions_.erase(ended.id());
  on_down_(ended);
}

// CAF 1.x does not expose the threads of a scheduler. Each has that name, and a reference to the
// logger of its system.
scheduler_threads::scheduler_threads(caf::actor_system& system) : logger_(&system.logger()) {}

bool scheduler_threads::include_this_thread() const {
  return logger_ != nullptr && caf::logger::current_logger() == logger_ && is_worker_thread();
}

#endif

}  // namespace midas::caf_compat
