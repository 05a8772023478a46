// The resource for which most tests request tokens.
#pragma once

#include <midas/token_request.hpp>

#include <string>

namespace midas::internal::test {

inline const std::string vault_url = "https://vault.azure.net";

/// For the system-assigned identity.
inline const token_request vault{.resource = "https://vault.azure.net"};

}  // namespace midas::internal::test
