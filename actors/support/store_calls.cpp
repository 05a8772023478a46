#include "actors/support/store_calls.hpp"

#include "actors/support/store_failure.hpp"
#include "messages/make_error.hpp"
#include "messages/no_wait_scope.hpp"

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace midas::internal {

namespace {

stored_token to_stored(const unsaved_token& unsaved, const std::string& endpoint) {
  stored_token result;
  result.identity = unsaved.identity;
  result.endpoint = endpoint;
  result.grant.token = unsaved.token.token();
  result.grant.token_type = unsaved.token.token_type();
  result.grant.resource = unsaved.token.resource();
  result.grant.expires_on = unsaved.token.expires_on();
  result.grant.refresh_on = unsaved.token.refresh_on();
  result.cached_at = unsaved.cached_at;
  return result;
}

// Calls the function with the lock released, and holds it again afterwards, also after an
// exception.
auto unlocked(std::unique_lock<std::mutex>& lock, const auto& function) {
  struct relock {
    std::unique_lock<std::mutex>& lock;
    ~relock() { lock.lock(); }
  };
  lock.unlock();
  const relock at_end{lock};
  return function();
}

}  // namespace

store_calls::store_calls(std::shared_ptr<token_store> store, std::shared_ptr<call_runner> runner,
                         store_owner owner, std::size_t max_keys)
    : runner_(std::move(runner)),
      owner_(std::move(owner)),
      max_keys_(max_keys),
      store_(std::move(store)),
      schedule_(max_keys) {}

void store_calls::begin_load(const std::shared_ptr<const service_context>& service,
                             time_point now) {
  guard lock{mutex_};
  if (!service_.expired()) {
    return;
  }
  service_ = service;
  load_began_ = now;
  is_loading_ = true;
  schedule_.begin_load();
  start(lock);
}

store_calls::time_point store_calls::load_began() const {
  const std::lock_guard lock{mutex_};
  return load_began_;
}

void store_calls::listen(const store_actor& listener) {
  const std::lock_guard lock{mutex_};
  if (is_loading_) {
    listener_ = listener;
  } else {
    caf_compat::anonymous_send(listener, load_ended{});
  }
}

void store_calls::forget(caf::actor_id listener) {
  const std::lock_guard lock{mutex_};
  if (listener_ && listener_.id() == listener) {
    listener_ = store_actor{};
  }
}

void store_calls::acquired(const managed_identity& identity, const access_token& token,
                           std::chrono::sys_seconds at) {
  guard lock{mutex_};
  schedule_.acquired({owner_.identity_in_store(identity), token, at});
  start(lock);
}

void store_calls::finish(time_point deadline) {
  // Destroyed without the lock. A call that hangs has a reference of its own.
  std::shared_ptr<token_store> released;
  {
    guard lock{mutex_};
    schedule_.retry();
    start(lock);
    idle_.wait_until(lock, deadline, [this] { return !is_running_; });
    is_finished_ = true;
    released = std::move(store_);
  }
  runner_->stop(deadline);
}

void store_calls::start(guard& lock) {
  if (is_running_ || is_finished_ || schedule_.is_idle()) {
    return;
  }
  is_running_ = runner_->run([self = shared_from_this()] { self->work(); });
  if (is_running_) {
    return;
  }
  const expected<void> no_thread =
      fail(errc::store_failed, "no thread for the token store can be started",
           "Raise the limits of this process, user or container on threads (ulimit -u, TasksMax, "
           "pids.max)");
  while (const auto call = schedule_.next()) {
    ended(lock, *call, no_thread);
  }
}

void store_calls::work() noexcept {
  // The store is code of the application.
  const no_wait_scope scope;
  guard lock{mutex_};
  try {
    make_calls(lock);
  } catch (...) {
    // No memory: the program continues without the store.
  }
  is_running_ = false;
  idle_.notify_all();
}

void store_calls::make_calls(guard& lock) {
  while (!is_finished_) {
    const auto call = schedule_.next();
    if (!call) {
      break;
    }
    auto store = store_;
    const auto outcome = unlocked(lock, [&] {
      // The last reference may go here: the destructor is the application's, too.
      const auto called = std::move(store);
      return guarded_call([&] { return perform(*called, *call); });
    });
    ended(lock, *call, outcome);
  }
}

expected<void> store_calls::perform(token_store& store, const store_call& call) const {
  if (call.operation == store_operation::load) {
    return load(store);
  }
  std::vector<stored_token> tokens;
  tokens.reserve(call.tokens.size());
  for (const auto& each : call.tokens) {
    tokens.push_back(to_stored(each, owner_.endpoint));
  }
  return store.save(tokens);
}

expected<void> store_calls::load(token_store& store) const {
  const auto stored = store.load();
  if (!stored) {
    return unexpected{stored.error()};
  }
  publish(*stored);
  return {};
}

void store_calls::publish(const std::vector<stored_token>& stored) const {
  const auto service = service_.lock();
  if (service == nullptr) {
    return;
  }
  auto& table = *service->table;
  const auto now = service->now();
  // A late load does not displace the keys that are in use.
  const auto room = max_keys_ - std::min(max_keys_, table.size());
  for (auto& each : usable_tokens(stored, owner_, now, service->jitter, room)) {
    table.publish_loaded(each.key, {std::move(each.grant), token_source::cache}, each.validity,
                         now);
  }
}

void store_calls::ended(guard& lock, const store_call& call, const expected<void>& outcome) {
  if (call.operation == store_operation::load) {
    is_loading_ = false;
    if (const auto listener = std::exchange(listener_, store_actor{})) {
      caf_compat::anonymous_send(listener, load_ended{});
    }
  }
  const auto service = service_.lock();
  const auto now = service != nullptr ? service->now().boot : boot_clock::now();
  if (!schedule_.ended(outcome.has_value(), now) || service == nullptr) {
    return;
  }
  const auto unsaved = schedule_.unsaved();
  lock.unlock();
  service->observers->emit([&] {
    return store_failed{call.operation, shown_failure(outcome.error(), call), unsaved};
  });
  lock.lock();
}

}  // namespace midas::internal
