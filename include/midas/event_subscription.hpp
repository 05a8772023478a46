// The registration of an observer of a token service.
#pragma once

#include <midas/detail/access.hpp>

#include <memory>
#include <utility>

namespace midas {

/// Returned by token_service::observe(). The observer receives events until the subscription is
/// destroyed or assigned to.
///
/// Ending a subscription does not wait: an event that is being delivered at that moment may still
/// reach the observer. The observer, with everything that it captured, is destroyed when the
/// subscription has ended and no delivery is in progress.
///
/// Distinct subscriptions may be used by distinct threads, and destroyed on any thread, even by the
/// observer itself. A subscription may outlive the service, and does not keep it alive. Movable,
/// not copyable.
class [[nodiscard("the observer ends with it")]] event_subscription {
 public:
  /// Observes nothing, as does a moved-from subscription.
  event_subscription() noexcept = default;
  event_subscription(const event_subscription&) = delete;
  event_subscription& operator=(const event_subscription&) = delete;
  /// Takes over the subscription of `other`.
  event_subscription(event_subscription && other) noexcept = default;
  /// Ends the current subscription, and takes over the other one.
  event_subscription& operator=(event_subscription&& other) noexcept = default;
  /// Ends the subscription. Does not block.
  ~event_subscription() = default;

 private:
  friend struct detail::access;
  explicit event_subscription(std::shared_ptr<const void> registration) noexcept
      : registration_(std::move(registration)) {}

  // Its deleter removes the observer.
  std::shared_ptr<const void> registration_;
};

}  // namespace midas
