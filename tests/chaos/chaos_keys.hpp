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
  /// Of its identity.
  std::string client_id{};
  asked_key key{};
};

/// Each resource for each way of naming an identity: system-assigned, by client id, by object id
/// and by resource id.
[[nodiscard]] const std::vector<chaos_key>& chaos_keys();

/// As a rules file names them.
[[nodiscard]] const std::vector<std::string>& chaos_resources();
[[nodiscard]] const std::vector<std::string>& chaos_identities();

/// The user-assigned identities that the host has to have; its own is the sample one.
[[nodiscard]] std::vector<simulated_identity> chaos_user_assigned();

/// The key under which equal requests meet, told briefly.
[[nodiscard]] asked_key key_of(const managed_identity& identity, std::string resource);

}  // namespace midas::internal::chaos
