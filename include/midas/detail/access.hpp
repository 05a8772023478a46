// How the library reaches the private parts of public classes. Not for applications.
#pragma once

#include <midas/detail/export.hpp>

#include <cstdint>
#include <memory>

namespace midas {
class access_token;
class event_subscription;
class token_handle;
class token_service;
}  // namespace midas

namespace midas::detail {

class biased_refcount;
class service_core;
class service_frontend;

/// A friend of the public classes.
struct access {
  /// The reference count that `token`, which must not be empty, refers to.
  static biased_refcount& refcount_of(const access_token& token) noexcept;

  static token_service make_service(std::unique_ptr<service_core> core);
  static event_subscription make_subscription(std::shared_ptr<const void> registration);

  static service_core& core_of(const token_service& service) noexcept;
  static const service_frontend& frontend_of(const token_service& service) noexcept;
  /// Null for an empty handle.
  static const service_frontend* frontend_of(const token_handle& handle) noexcept;

  /// The number by which threads find the handle's token.
  static std::uint64_t number_of(const token_handle& handle) noexcept;
};

}  // namespace midas::detail
