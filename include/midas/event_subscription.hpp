// The registration of an observer of a token service.
#pragma once

#include <midas/detail/access.hpp>

#include <memory>
#include <utility>

namespace midas {

/// Returned by token_service::observe(). The observer is called until the subscription is destroyed
/// or assigned to. Movable, not copyable; may outlive the service. An event that is being delivered
/// when the subscription ends may still reach the observer. A subscription may be destroyed on any
/// thread, the observer's own included.
class [[nodiscard]] event_subscription {
 public:
  /// Observes nothing.
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
