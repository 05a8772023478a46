// azure-identity for C++ itself, where the build was told to look for it.
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

/// Its credential for managed identities, which finds its host in the environment alone.
class azure_identity_library {
 public:
  /// Before there are threads that read the environment.
  explicit azure_identity_library(const std::string& endpoint) : credential_(made_for(endpoint)) {}

  void add(const std::string& scope) { asked_.emplace_back().Scopes = {scope}; }

  /// The token of the scope that was added as the n-th.
  Azure::Core::Credentials::AccessToken get(std::size_t n) const {
    return credential_.GetToken(asked_[n], context_);
  }

 private:
  static Azure::Identity::ManagedIdentityCredential made_for(const std::string& endpoint) {
    // What would send it elsewhere.
    for (const auto* name : {"IDENTITY_ENDPOINT", "MSI_ENDPOINT", "http_proxy", "HTTP_PROXY",
                             "all_proxy", "ALL_PROXY"}) {
      ::unsetenv(name);
    }
    ::setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", endpoint.c_str(), 1);
    return Azure::Identity::ManagedIdentityCredential{};
  }

  Azure::Identity::ManagedIdentityCredential credential_;
  Azure::Core::Context context_;
  std::vector<Azure::Core::Credentials::TokenRequestContext> asked_;
};

}  // namespace midas::internal::bench

#endif
