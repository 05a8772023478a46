// A client's request for a token, independent of the protocol in which it came.
#pragma once

#include <midas/managed_identity.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace midas::internal::proxy {

/// The host protocol that a client speaks, and in which it is answered.
enum class client_protocol : std::uint8_t {
  /// The instance metadata service of a virtual machine.
  imds,
  /// App Service, api-version 2019-08-01.
  app_service,
};

/// "imds" or "app-service", the names of the hosts in options.
[[nodiscard]] constexpr std::string_view to_string(client_protocol protocol) noexcept {
  return protocol == client_protocol::imds ? "imds" : "app-service";
}

/// What a well-formed request asks for. Neither the resource nor the identity is validated: that is
/// midas's own check.
struct token_query {
  client_protocol protocol = client_protocol::imds;
  /// As the client wrote it, percent-decoded.
  std::string resource{};
  /// The identity that the query names; is_named() is false without one.
  managed_identity identity{};
};

}  // namespace midas::internal::proxy
