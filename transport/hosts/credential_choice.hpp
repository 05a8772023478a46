// AZURE_TOKEN_CREDENTIALS, by which the Azure SDKs narrow their chain of credentials. Microsoft
// Learn: "Credential chains in the Azure Identity library", section "Exclude a credential".
#pragma once

#include "transport/hosts/host_detection.hpp"
#include "transport/hosts/host_environment.hpp"

#include <string>
#include <string_view>

namespace midas::internal {

inline constexpr std::string_view credentials_variable = "AZURE_TOKEN_CREDENTIALS";

/// What AZURE_TOKEN_CREDENTIALS says. Both are empty if it is not set.
struct credential_choice {
  /// The credential of some host (host_profile::credential); empty if the value names none.
  std::string_view name{};
  /// Why a value that names none has no effect, one sentence. Shows only values that the SDKs
  /// define.
  std::string remark{};
};

/// Compares case-insensitively, as the SDKs do.
credential_choice read_credential(const host_environment& environment);

/// Marks a host that the environment identifies as ignored in favor of hosts of credential
/// `wanted`.
void pass_over(host_finding& finding, std::string_view wanted);

/// Adds to the reason of a successful detection what `choice` contributed to it, and to the remarks
/// why it has no effect.
void explain_credential(host_detection& detection, const credential_choice& choice);

}  // namespace midas::internal
