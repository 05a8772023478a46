// azure-identity for C++ itself, if MIDAS_BENCH_AZURE_IDENTITY is on.
#pragma once

#if defined(MIDAS_BENCH_AZURE_IDENTITY)

#include <stdlib.h>

#include <azure/core/context.hpp>
#include <azure/core/credentials/credentials.hpp>
#include <azure/identity/managed_identity_credential.hpp>
#include <cstddef>
#include <string>
#include <vector>

namespace midas::internal::bench {

/// Its credential for managed identities, which reads the endpoint from the environment.
class azure_identity_library {
 public:
  /// Must be constructed before any thread reads the environment.
  explicit azure_identity_library(const std::string& endpoint) : credential_(made_for(endpoint)) {}

  void add(const std::string& scope) { requests_.emplace_back().Scopes = {scope}; }

  /// The token of the n-th scope added.
  Azure::Core::Credentials::AccessToken get(std::size_t n) const {
    return credential_.GetToken(requests_[n], context_);
  }

 private:
  static Azure::Identity::ManagedIdentityCredential made_for(const std::string& endpoint) {
    // These variables would direct it to another endpoint.
    for (const auto* name : {"IDENTITY_ENDPOINT", "MSI_ENDPOINT", "http_proxy", "HTTP_PROXY",
                             "all_proxy", "ALL_PROXY"}) {
      ::unsetenv(name);
    }
    ::setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", endpoint.c_str(), 1);
    return Azure::Identity::ManagedIdentityCredential{};
  }

  Azure::Identity::ManagedIdentityCredential credential_;
  Azure::Core::Context context_;
  std::vector<Azure::Core::Credentials::TokenRequestContext> requests_;
};

}  // namespace midas::internal::bench

#endif
