#include "actors/support/observers.hpp"

#include "messages/no_wait_scope.hpp"

#include <tuple>
#include <utility>
#include <variant>

namespace midas::internal {

std::uint64_t observers::add(callback call) {
  const std::lock_guard lock{mutex_};
  if (!call || closed_) {
    return 0;
  }
  calls_.emplace(++last_id_, registration{std::make_shared<const callback>(std::move(call)),
                                          !introduction_.has_value()});
  any_ = true;
  return last_id_;
}

void observers::remove(std::uint64_t id) {
  // Destroyed after the lock is released: the callback may own another subscription.
  registrations::node_type removed;
  const std::lock_guard lock{mutex_};
  removed = calls_.extract(id);
  any_ = !calls_.empty();
}

void observers::close() {
  // Destroyed after the lock is released.
  registrations removed;
  const std::lock_guard lock{mutex_};
  removed.swap(calls_);
  closed_ = true;
  any_ = false;
}

bool observers::wait_until_idle(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock{mutex_};
  return idle_.wait_until(lock, deadline, [this] { return running_ == 0; });
}

void observers::introduce() {
  if (any()) {
    call_all(nullptr);
  }
}

void observers::emit_to_all(token_event event) {
  if (default_identity_) {
    std::visit(
        [this](auto& each) {
          if constexpr (requires { each.key.identity; }) {
            if (each.key.identity.kind() == identity_kind::system_assigned) {
              each.key.identity = *default_identity_;
            }
          }
        },
        event);
  }
  call_all(&event);
}

// Calls without the lock, so that an observer may add and remove observers. An exception must not
// end the actor that reports the event: callers wait for that actor.
void observers::call_all(const token_event* event) {
  // Also while the observer is destroyed, if this thread has the last reference.
  const no_wait_scope scope;
  const auto last = [this] {
    const std::lock_guard lock{mutex_};
    return last_id_;
  }();
  for (auto [id, next] = begin_call_after(0, last); next.call != nullptr;
       std::tie(id, next) = begin_call_after(id, last)) {
    try {
      if (!next.is_introduced) {
        (*next.call)(*introduction_);
      }
      if (event != nullptr) {
        (*next.call)(*event);
      }
    } catch (...) {
      remove(id);
    }
    next.call.reset();
    end_call();
  }
}

std::pair<std::uint64_t, observers::registration> observers::begin_call_after(std::uint64_t id,
                                                                              std::uint64_t last) {
  const std::lock_guard lock{mutex_};
  const auto found = calls_.upper_bound(id);
  if (found == calls_.end() || found->first > last) {
    return {};
  }
  ++running_;
  return {found->first, std::exchange(found->second, {found->second.call, true})};
}

void observers::end_call() {
  const std::lock_guard lock{mutex_};
  if (--running_ == 0) {
    idle_.notify_all();
  }
}

}  // namespace midas::internal
