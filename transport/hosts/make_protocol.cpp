// The functions of the registry that make the protocol of a host.
#include "transport/hosts/environment_endpoint.hpp"
#include "transport/hosts/host_registry.hpp"
#include "transport/hosts/identity_parameters.hpp"

#include <string>
#include <utility>

namespace midas::internal {

namespace {

// The host is first to say that it does not support the kind of id.
decltype(host_protocol::encode) with_checked_id(decltype(host_protocol::encode) encode) {
  return [encode = std::move(encode)](
             const resolved_request& request,
             std::string_view refused_token_sha256) -> expected<http_request> {
    auto result = encode(request, refused_token_sha256);
    if (auto checked = check_id_size(request.identity); result && !checked) {
      return unexpected{std::move(checked.error())};
    }
    return result;
  };
}

}  // namespace

expected<host_protocol> make_protocol(identity_host host, const host_environment& environment,
                                      const host_settings& settings) {
  const auto allowed = allows_insecure(environment);
  if (!allowed) {
    return unexpected{allowed.error()};
  }
  auto given = settings;
  given.allow_insecure = settings.allow_insecure || *allowed;
  auto result = profile_of(host).make(environment, given);
  if (result) {
    result->encode = with_checked_id(std::move(result->encode));
  }
  return result;
}

expected<host_protocol> make_protocol(const host_detection& detection,
                                      const host_environment& environment,
                                      const host_settings& settings) {
  if (!detection.host) {
    return unexpected{detection.host.error()};
  }
  auto result = make_protocol(*detection.host, environment, settings);
  if (result) {
    result->is_unlikely = detection.is_assumed && !environment.may_be_azure_machine;
    result->reason = detection.reason;
    if (!result->address_variable.empty()) {
      result->reason.append("; its address is that in ").append(result->address_variable);
    }
  }
  return result;
}

std::string default_identity_of(const host_protocol& protocol) {
  if (const auto& named = protocol.default_identity) {
    return to_string(named->identity).append(", named by ").append(named->variable);
  }
  return std::string{profile_of(protocol.host).default_identity};
}

}  // namespace midas::internal
