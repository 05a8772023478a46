// The observers of a token service.
#pragma once

#include <midas/detail/access.hpp>
#include <midas/event_subscription.hpp>
#include <midas/token_event.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace midas::internal {

/// Thread-safe.
class observers {
 public:
  /// Called on the thread that causes the event; must not block. One that throws is removed.
  using callback = std::function<void(const token_event&)>;

  /// An empty `call` observes nothing.
  std::uint64_t add(callback call) {
    const std::lock_guard lock{mutex_};
    if (!call) {
      return 0;
    }
    calls_.emplace(++last_id_, std::make_shared<const callback>(std::move(call)));
    any_ = true;
    return last_id_;
  }

  /// The observer may still receive an event that is being emitted.
  void remove(std::uint64_t id) {
    // Destroyed after the lock is released: the callback may own another subscription.
    callbacks::node_type removed;
    const std::lock_guard lock{mutex_};
    removed = calls_.extract(id);
    any_ = !calls_.empty();
  }

  [[nodiscard]] bool any() const noexcept { return any_.load(std::memory_order_relaxed); }

  /// Calls `make`, which returns one of the alternatives of token_event, only if there are
  /// observers.
  template <class Make>
  void emit(Make make) {
    if (any()) {
      emit_to_all(token_event{make()});
    }
  }

 private:
  using callbacks = std::map<std::uint64_t, std::shared_ptr<const callback>>;

  // Calls without the lock, so that an observer may add and remove observers. An exception must not
  // end the actor that reports the event: callers wait for that actor.
  void emit_to_all(const token_event& event) {
    callbacks calls;
    {
      const std::lock_guard lock{mutex_};
      calls = calls_;
    }
    for (const auto& item : calls) {
      try {
        (*item.second)(event);
      } catch (...) {
        remove(item.first);
      }
    }
  }

  mutable std::mutex mutex_;
  callbacks calls_;
  std::uint64_t last_id_ = 0;
  std::atomic<bool> any_ = false;
};

/// Registers `call` until the subscription is destroyed. The subscription may outlive `with`.
inline event_subscription subscribe(const std::shared_ptr<observers>& with,
                                    observers::callback call) {
  const auto id = with->add(std::move(call));
  return detail::access::make_subscription({nullptr, [weak = std::weak_ptr{with}, id](const void*) {
                                              if (const auto alive = weak.lock()) {
                                                alive->remove(id);
                                              }
                                            }});
}

}  // namespace midas::internal
