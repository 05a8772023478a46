// An actor system on one thread and in virtual time. Hides how the versions of CAF provide it.
#pragma once

#include "messages/caf_compat.hpp"
#include <midas/actors.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <cstddef>
#include <functional>
#include <utility>

#if CAF_MAJOR_VERSION < 1
#include <caf/scheduler/test_coordinator.hpp>
#else
#include <caf/action.hpp>
#include <caf/actor_clock.hpp>
#include <caf/detail/actor_system_access.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#endif

namespace midas::internal::test {

#if CAF_MAJOR_VERSION < 1

using virtual_scheduler = caf::scheduler::test_coordinator;

/// The scheduler decides nothing itself: the test runs the actors, in `jobs`, and advances the
/// time.
class virtual_system {
 public:
  [[nodiscard]] caf::actor_system& system() noexcept { return system_; }
  [[nodiscard]] virtual_scheduler& scheduler() noexcept { return scheduler_; }
  [[nodiscard]] const virtual_scheduler& scheduler() const noexcept { return scheduler_; }

 private:
  struct config : caf::actor_system_config {
    config() { set("scheduler.policy", caf::atom("testing")); }
  };

  config config_;
  caf::actor_system system_{config_};
  virtual_scheduler& scheduler_ = dynamic_cast<virtual_scheduler&>(system_.scheduler());
};

#else

/// Time passes only by advance().
class virtual_clock final : public caf::actor_clock {
 public:
  using caf::actor_clock::schedule;

  [[nodiscard]] time_point now() const noexcept override { return now_; }

  caf::disposable schedule(time_point at, caf::action task) override {
    tasks_.emplace(at, task);
    return std::move(task).as_disposable();
  }

  /// Returns the number of tasks that ran.
  std::size_t advance(duration_type by) {
    now_ += by;
    std::size_t count = 0;
    while (!tasks_.empty() && tasks_.begin()->first <= now_) {
      auto task = tasks_.extract(tasks_.begin()).mapped();
      if (!task.disposed()) {
        task.run();
        ++count;
      }
    }
    return count;
  }

  [[nodiscard]] bool has_tasks() const {
    return std::ranges::any_of(tasks_, [](const auto& item) { return !item.second.disposed(); });
  }

 private:
  // Not the epoch, as in CAF's own virtual clock.
  time_point now_{duration_type{1}};
  std::multimap<time_point, caf::action> tasks_;
};

/// Behaves as the test coordinator of CAF 0.17.
class virtual_scheduler final : public caf::scheduler {
 public:
  explicit virtual_scheduler(virtual_clock& clock) : clock_(clock) {}

  void schedule(caf::resumable* job) override {
    jobs.push_back(job);
    if (const auto then = std::exchange(after_next_enqueue_, nullptr)) {
      then();
    }
  }
  void delay(caf::resumable* job) override { jobs.push_back(job); }
  void start() override {}
  void stop() override {
    while (try_run_once()) {
    }
  }

  bool try_run_once() {
    if (jobs.empty()) {
      return false;
    }
    auto* const job = jobs.front();
    jobs.pop_front();
    if (job->resume(this, 1) == caf::resumable::resume_later) {
      jobs.push_front(job);
    } else {
      intrusive_ptr_release(job);
    }
    return true;
  }
  void run_once() { static_cast<void>(try_run_once()); }
  bool try_run_once_lifo() {
    if (jobs.size() > 1) {
      std::rotate(jobs.begin(), jobs.end() - 1, jobs.end());
    }
    return try_run_once();
  }

  void after_next_enqueue(std::function<void()> function) {
    after_next_enqueue_ = std::move(function);
  }
  std::size_t advance_time(caf::actor_clock::duration_type by) { return clock_.advance(by); }
  [[nodiscard]] bool has_pending_timeout() const { return clock_.has_tasks(); }

  std::deque<caf::resumable*> jobs;

 private:
  virtual_clock& clock_;
  std::function<void()> after_next_enqueue_;
};

class virtual_system {
 public:
  [[nodiscard]] caf::actor_system& system() noexcept { return system_; }
  [[nodiscard]] virtual_scheduler& scheduler() noexcept { return *scheduler_; }
  [[nodiscard]] const virtual_scheduler& scheduler() const noexcept { return *scheduler_; }

 private:
  static caf::actor_system_config& configured(caf::actor_system_config& config) {
    init_global_meta_objects();
    return config;
  }

  static void set_up(caf::actor_system& system, caf::actor_system_config& /*config*/, void* self) {
    auto clock = std::make_unique<virtual_clock>();
    auto scheduler = std::make_unique<virtual_scheduler>(*clock);
    static_cast<virtual_system*>(self)->scheduler_ = scheduler.get();
    caf::detail::actor_system_access access{system};
    access.clock(std::move(clock));
    access.scheduler(std::move(scheduler));
  }

  caf::actor_system_config config_;
  virtual_scheduler* scheduler_ = nullptr;
  caf::actor_system system_{configured(config_), set_up, this};
};

#endif

}  // namespace midas::internal::test
