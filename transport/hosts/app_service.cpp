#include "transport/hosts/app_service.hpp"

#include "transport/formats/url.hpp"
#include "transport/hosts/environment_endpoint.hpp"
#include "transport/responses/simple_response.hpp"

#include <utility>

namespace midas::internal::app_service {

namespace {

std::string_view selector_of(const api& version, identity_kind kind) noexcept {
  switch (kind) {
    case identity_kind::system_assigned:
      break;
    case identity_kind::client_id:
      return version.client_id;
    case identity_kind::object_id:
      return version.object_id;
    case identity_kind::resource_id:
      return version.resource_id;
  }
  return {};
}

}  // namespace

expected<connection_settings> read_address(const api& version, const host_environment& environment,
                                           bool allow_insecure) {
  auto url = endpoint_from_environment(environment, version.endpoint_variable, allow_insecure);
  if (!url) {
    return unexpected{std::move(url.error())};
  }
  auto secret = header_from_environment(environment, version.secret_variable);
  if (!secret) {
    return unexpected{std::move(secret.error())};
  }
  return connection_settings{*std::move(url), *std::move(secret)};
}

expected<http_request> encode(const api& version, const connection_settings& address,
                              const token_request& request) {
  const auto key = make_key(request);
  if (!key) {
    return unexpected{key.error()};
  }
  http_request result;
  result.url.append(address.url).append("?api-version=").append(version.version);
  result.url += "&resource=" + percent_encode(key->resource);
  if (const auto selector = selector_of(version, request.identity.kind()); !selector.empty()) {
    result.url.append("&").append(selector).append("=");
    result.url += percent_encode(request.identity.id());
  }
  // Azure Automation, which speaks the same dialect, wants the second one besides.
  result.headers = {{std::string{version.secret_header}, address.secret}, {"Metadata", "true"}};
  return result;
}

expected<host_protocol> make_protocol(const api& version, const host_environment& environment,
                                      const host_settings& settings) {
  auto address = read_address(version, environment, settings.allow_insecure);
  if (!address) {
    return unexpected{std::move(address.error())};
  }
  host_protocol result;
  result.host = version.host;
  result.source = to_string(version.host);
  result.address = address->url;
  result.encode = [version, address = *address](const token_request& request, std::string_view) {
    return app_service::encode(version, address, request);
  };
  result.decode = [host = version.host](const token_request& request, http_response response,
                                        std::chrono::sys_seconds now, unsigned) {
    return as_decode_result(
        read_simple_response(to_string(host), request, std::move(response), now));
  };
  return result;
}

}  // namespace midas::internal::app_service
