// The registry of hosts: one row for each. Names, detection, retries, limits, and the texts that
// list hosts come from the rows.
#pragma once

#include "transport/hosts/host_detection.hpp"
#include "transport/hosts/host_environment.hpp"
#include "transport/hosts/host_profile.hpp"
#include "transport/hosts/host_protocol.hpp"
#include <midas/error.hpp>
#include <midas/host_limits.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace midas::internal {

/// Names the identity of requests that name none; see configured_identity.hpp.
inline constexpr std::string_view identity_variable = "MANAGED_IDENTITY";

/// Every row, in the order of detection; hosts that are never detected come last.
std::span<const host_profile> host_profiles() noexcept;

/// The row of a host. For a number that is not an enumerator, a row named "unknown" whose `make`
/// fails with errc::invalid_configuration.
const host_profile& profile_of(identity_host host) noexcept;

/// Whether a host was detected that supports AKS identity bindings.
bool supports_identity_binding(const host_detection& detection) noexcept;

/// For people: what a request without an identity gets a token for, e.g. "client id 6a5e..., named
/// by AZURE_CLIENT_ID", or "the signed-in user". Empty for the system-assigned identity.
std::string default_identity_of(const host_protocol& protocol);

/// Every host_profile::option: "workload-identity, service-fabric, ...", in lines of at most
/// `max_width` characters.
std::string host_options(std::size_t max_width = std::string::npos);

/// The limits of a host unless the application sets others.
host_limits default_limits(identity_host host) noexcept;

/// Every environment variable that midas reads.
std::span<const std::string_view> identity_variables();

/// The protocol of a host. Fails as host_profile::make does.
expected<host_protocol> make_protocol(identity_host host, const host_environment& environment,
                                      const host_settings& settings);

/// The protocol of the detected host. Fails also if the detection failed, with its error.
expected<host_protocol> make_protocol(const host_detection& detection,
                                      const host_environment& environment,
                                      const host_settings& settings);

}  // namespace midas::internal
