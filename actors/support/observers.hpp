// The observers of a token service.
#pragma once

#include "messages/fork_watch.hpp"
#include <midas/detail/access.hpp>
#include <midas/event_subscription.hpp>
#include <midas/managed_identity.hpp>
#include <midas/token_event.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace midas::internal {

/// Thread-safe.
class observers {
 public:
  /// Called on the thread that causes the event; must not block. One that throws is removed.
  using callback = std::function<void(const token_event&)>;

  /// Does nothing if `call` is empty, or after close().
  std::uint64_t add(callback call);

  /// Each observer receives `event` once, immediately before its first other event. Called before
  /// the first add().
  void introduce_with(token_event event) { introduction_ = std::move(event); }

  /// The events about the system-assigned identity name that one instead: it is the one that the
  /// host is asked for. Called before the first add().
  void name_default_identity(managed_identity identity) { default_identity_ = std::move(identity); }

  /// The observers that have not received that event receive it now.
  void introduce();

  /// The observer may still receive an event that is being emitted.
  void remove(std::uint64_t id);

  /// Removes all observers. None is called any more, except those that are running.
  void close();

  /// Blocks until no observer is running. False if `deadline` passes first. Call after close(), and
  /// not in an observer.
  bool wait_until_idle(std::chrono::steady_clock::time_point deadline);

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
  using shared_callback = std::shared_ptr<const callback>;
  struct registration {
    shared_callback call{};
    bool is_introduced = false;
  };
  using registrations = std::map<std::uint64_t, registration>;

  void emit_to_all(token_event event);
  // Calls each observer with the introduction, if that is due, and with the event unless it is
  // null.
  void call_all(const token_event* event);
  // The first observer after `id`, as it was before the call. It counts as introduced from now on,
  // and as running until end_call().
  std::pair<std::uint64_t, registration> begin_call_after(std::uint64_t id, std::uint64_t last);
  void end_call();

  // Constant once there are observers.
  std::optional<token_event> introduction_;
  std::optional<managed_identity> default_identity_;

  std::mutex mutex_;
  std::condition_variable idle_;
  registrations calls_;
  std::uint64_t last_id_ = 0;
  std::size_t running_ = 0;
  bool closed_ = false;
  std::atomic<bool> any_ = false;
};

/// Registers `call` until the subscription is destroyed. The subscription may outlive `with`. In a
/// forked child, where another thread may hold the lock for ever, its end does nothing.
inline event_subscription subscribe(const std::shared_ptr<observers>& with,
                                    observers::callback call) {
  const auto id = with->add(std::move(call));
  return detail::access::make_subscription(
      {nullptr, [weak = std::weak_ptr{with}, id, process = process_tag{}](const void*) {
         const auto alive = process.is_forked() ? nullptr : weak.lock();
         if (alive != nullptr) {
           alive->remove(id);
         }
       }});
}

}  // namespace midas::internal
