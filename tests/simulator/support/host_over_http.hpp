// Helpers for tests that use a simulated host over a socket.
#pragma once

#include <midas/simulated_host.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace midas::internal::test {

/// The target of a correct token request to IMDS.
inline const std::string token_target =
    "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net";

void wait_until_in_flight(const simulated_host& host, std::uint64_t count);
void wait_until_closed(const simulated_host& host);

/// Waits until the only open connection, number `connection` since the start, has a request in
/// flight, which returns true, or until it is closed. `statistics` returns the current statistics.
bool wait_for_request(const std::function<simulated_host_statistics()>& statistics,
                      std::uint64_t connection);

/// what() of the exception that the constructor throws for these options; "none" without one.
std::string refusal_of(const simulated_host_options& options);

/// A rules file with one rule.
std::string rules_with(const std::string& action, const std::string& match = "{}");

/// Options of an IMDS with that one rule and a journal.
simulated_host_options options_with_fault(const std::string& action,
                                          const std::string& match = "{}");

/// Options of that kind of host.
simulated_host_options options_of(identity_host kind);

}  // namespace midas::internal::test
