// The identities and resources of a chaos run.
#pragma once

#include "tests/chaos/history.hpp"
#include <midas/simulated_host_options.hpp>
#include <midas/token_request.hpp>

#include <string>
#include <vector>

namespace midas::internal::chaos {

struct chaos_key {
  token_request request{};
  /// The client id of the identity.
  std::string client_id{};
  request_key key{};
};

/// Every combination of a resource and an identity: system-assigned, or named by client id, object
/// id or resource id.
[[nodiscard]] const std::vector<chaos_key>& chaos_keys();

/// The resources and the identities as a rules file of the simulator names them.
[[nodiscard]] const std::vector<std::string>& chaos_resources();
[[nodiscard]] const std::vector<std::string>& chaos_identities();

/// The user-assigned identities that the simulated host must have, besides its default
/// system-assigned one.
[[nodiscard]] std::vector<simulated_identity> chaos_user_assigned();

/// The key of a request, in a short form for messages.
[[nodiscard]] request_key key_of(const managed_identity& identity, std::string resource);

}  // namespace midas::internal::chaos
