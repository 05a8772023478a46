// The protocol of Azure Cloud Shell, whose tokens are for the signed-in user. Microsoft Learn:
// "Acquire a token from Azure Cloud Shell".
#pragma once

#include "messages/http_message.hpp"
#include "transport/hosts/host_environment.hpp"
#include "transport/hosts/host_protocol.hpp"
#include <midas/error.hpp>

#include <string>

namespace midas::internal::cloud_shell {

/// Whether the token was for another resource than the requested one: Cloud Shell sometimes returns
/// such a token, and the right one a moment later.
bool may_pass(const error& failure);

/// The request for a token from the endpoint at `url`. Fails with errc::identity_not_supported for
/// a user-assigned identity.
expected<http_request> encode(const std::string& url, const resolved_request& request);

/// Reads MSI_ENDPOINT; fails as endpoint_from_environment does.
expected<host_protocol> make_protocol(const host_environment& environment,
                                      const host_settings& settings);

}  // namespace midas::internal::cloud_shell
