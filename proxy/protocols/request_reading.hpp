// Reads what a client asks for: in the protocol of IMDS or of App Service, as its path says.
#pragma once

#include "http/request_view.hpp"
#include "proxy/protocols/refusal.hpp"
#include "proxy/token_query.hpp"
#include <midas/secret.hpp>

#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace midas::internal::proxy {

/// What a request is checked against.
struct request_surroundings {
  /// See is_own_host().
  std::string_view local_address{};
  /// The value that App Service's protocol requires; without one it refuses every request.
  const secret& identity_header;
  /// See is_own_host().
  std::span<const std::string> allowed_hosts{};
};

/// Checks everything but the parameters, without allocating memory unless it refuses. Paths other
/// than the two for tokens do not exist, whatever the request's header fields are: clients find out
/// so which version of a protocol the host has.
[[nodiscard]] std::variant<client_protocol, refusal> check_request(
    const http::request_view& request, const request_surroundings& surroundings);

/// Reads the parameters of a request that check_request() has accepted.
[[nodiscard]] std::variant<token_query, refusal> read_query(const http::request_view& request,
                                                            client_protocol protocol);

}  // namespace midas::internal::proxy
