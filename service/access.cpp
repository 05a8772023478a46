#include "messages/caller_errors.hpp"
#include "messages/protocols.hpp"
#include "service/service_core.hpp"
#include <midas/access_token.hpp>
#include <midas/actors.hpp>
#include <midas/detail/access.hpp>
#include <midas/event_subscription.hpp>
#include <midas/token_handle.hpp>
#include <midas/token_service.hpp>

#include <utility>

namespace midas {

namespace detail {

token_service access::make_service(std::unique_ptr<service_core> core) {
  return token_service{std::move(core)};
}

service_core& access::core_of(const token_service& service) noexcept { return *service.core_; }

const service_frontend& access::frontend_of(const token_service& service) noexcept {
  return service.core_->frontend();
}

const service_frontend* access::frontend_of(const token_handle& handle) noexcept {
  return handle.frontend();
}

std::uint64_t access::number_of(const token_handle& handle) noexcept { return handle.number_; }

token_actor cache_of(const token_service& service) { return access::frontend_of(service).cache(); }

token_actor cache_of(const token_handle& handle) {
  const auto* const frontend = access::frontend_of(handle);
  return frontend == nullptr ? token_actor{} : token_actor{frontend->cache()};
}

error unavailable_error(const token_service& service) {
  return access::frontend_of(service).unavailable();
}

error unavailable_error(const token_handle& handle) {
  const auto* const frontend = access::frontend_of(handle);
  return frontend == nullptr ? internal::empty_handle_error() : frontend->unavailable();
}

}  // namespace detail

namespace internal {

token_service make_token_service(const token_service_options& options, service_parts parts) {
  return detail::access::make_service(
      std::make_unique<detail::service_core>(options, std::move(parts)));
}

}  // namespace internal

}  // namespace midas
