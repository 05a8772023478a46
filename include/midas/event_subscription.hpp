// The registration of an observer of a token service.
#pragma once

#include <midas/detail/access.hpp>

#include <memory>
#include <utility>

namespace midas {

/// Returned by token_service::observe(). The observer receives events until the subscription is
/// destroyed or assigned to. Ending a subscription does not wait: an event that is being delivered
/// at that moment may still reach the observer. May be destroyed on any thread, even by the
/// observer, and may outlive the service. Movable, not copyable; a default-constructed or
/// moved-from subscription observes nothing.
class [[nodiscard]] event_subscription {
 public:
  event_subscription() noexcept = default;
  event_subscription(const event_subscription&) = delete;
  event_subscription& operator=(const event_subscription&) = delete;
  event_subscription(event_subscription&& other) noexcept = default;
  event_subscription& operator=(event_subscription&& other) noexcept = default;
  ~event_subscription() = default;

 private:
  friend struct detail::access;
  explicit event_subscription(std::shared_ptr<const void> registration) noexcept
      : registration_(std::move(registration)) {}

  // Its deleter removes the observer.
  std::shared_ptr<const void> registration_;
};

}  // namespace midas
