#include "service/front_door.hpp"
#include "service/service_core.hpp"
#include <midas/token_handle.hpp>
#include <midas/token_service.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace midas {

namespace {

token_request request_for(std::string_view resource) { return {.resource = std::string{resource}}; }

}  // namespace

token_service::token_service(std::unique_ptr<detail::service_core> core)
    : core_(std::move(core)),
      table_(core_->frontend().table().id()),
      default_identity_(core_->context().options.identity) {}

token_service::token_service(const options& settings)
    : token_service(std::make_unique<detail::service_core>(settings, internal::service_parts{})) {}

token_service::token_service(caf::actor_system& system, const options& settings)
    : token_service(std::make_unique<detail::service_core>(
          settings, internal::service_parts{.system = &system})) {}

token_service::~token_service() { detail::service_core::end(std::move(core_)); }

std::optional<access_token> token_service::read(const detail::token_lookup& lookup) const {
  return core_->frontend().read(lookup);
}

token_handle token_service::for_resource(std::string_view resource, managed_identity identity) {
  token_request request{.identity = std::move(identity), .resource = std::string{resource}};
  core_->context().name_identity(request);
  return {core_->shared_frontend(), std::move(request)};
}

void token_service::get_async(const token_request& request, std::chrono::nanoseconds timeout,
                              callback done, const std::stop_token& stop) {
  internal::get_async([&] { return try_get(request); }, core_->frontend(),
                      internal::same_request{request}, timeout, std::move(done), stop);
}

expected<access_token> token_service::get(const token_request& request,
                                          std::chrono::nanoseconds timeout,
                                          const std::stop_token& stop) {
  return internal::get([&] { return try_get(request); }, core_->frontend(),
                       internal::same_request{request}, timeout, stop);
}

token_awaitable token_service::async_get(const token_request& request,
                                         std::chrono::nanoseconds timeout,
                                         const std::stop_token& stop) {
  return internal::async_get([&] { return try_get(request); }, core_->frontend(),
                             internal::same_request{request}, timeout, stop);
}

expected<access_token> token_service::get_resource(std::string_view resource,
                                                   std::chrono::nanoseconds timeout,
                                                   const std::stop_token& stop) {
  return internal::get([&] { return find_resource(resource); }, core_->frontend(),
                       [&] { return request_for(resource); }, timeout, stop);
}

void token_service::get_resource_async(std::string_view resource, std::chrono::nanoseconds timeout,
                                       callback done, const std::stop_token& stop) {
  internal::get_async([&] { return find_resource(resource); }, core_->frontend(),
                      [&] { return request_for(resource); }, timeout, std::move(done), stop);
}

token_awaitable token_service::async_get_resource(std::string_view resource,
                                                  std::chrono::nanoseconds timeout,
                                                  const std::stop_token& stop) {
  return internal::async_get(
      [&] { return find_resource(resource); }, core_->frontend(),
      [&] { return std::make_unique<const token_request>(request_for(resource)); }, timeout, stop);
}

token_service_statistics token_service::statistics() const { return core_->statistics(); }

event_subscription token_service::observe(std::function<void(const token_event&)> observer) {
  if (core_->frontend().is_forked()) {
    return {};
  }
  return internal::subscribe(core_->context().observers, std::move(observer));
}

void token_service::shutdown() { core_->shutdown(); }

}  // namespace midas
