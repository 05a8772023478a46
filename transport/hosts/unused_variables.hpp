// Environment variables that are set, but that the chosen host does not use.
#pragma once

#include "transport/hosts/host_profile.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace midas::internal {

struct unused_variables {
  /// Those that have no effect without others, one sentence each.
  std::vector<std::string> incomplete;
  /// Those of hosts that come later in the order of detection, one sentence each.
  std::vector<std::string> others;
};

/// What `found` does not use of the environment. `wanted` is the credential that
/// AZURE_TOKEN_CREDENTIALS names; hosts of other credentials are then ignored on purpose.
[[nodiscard]] unused_variables find_unused(const host_environment& environment,
                                           const host_profile& found, std::string_view wanted);

/// "A, B and C", with ", " and `last_separator`.
[[nodiscard]] std::string joined(const std::vector<std::string_view>& words,
                                 std::string_view last_separator);

}  // namespace midas::internal
