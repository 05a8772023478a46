// A model of how azure-identity for C++ reads a cached token, to compare midas with.
#pragma once

#include "bench/cached_designs.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

namespace midas::internal::bench {

/// Follows the release of August 2026 (managed_identity_source.cpp, token_credential_impl.cpp,
/// token_cache.cpp). Each call copies the scope, reduces it to its resource, percent-encodes it and
/// copies it into a key; reads an ordered map under a shared lock and the entry under another one;
/// creates a std::function for acquiring a token; and copies the token. A hit makes seven
/// allocations, as the library itself does. Compiled separately, as a library is.
class azure_identity_cache {
 public:
  /// Created once by the application and passed to each call.
  struct context {
    std::vector<std::string> scopes;
    std::chrono::system_clock::duration minimum_expiration = std::chrono::minutes{2};
  };

  static context context_of(const std::string& resource) { return {{resource + "/.default"}}; }

  void add(const std::string& resource, const plain_token& token);

  /// The token of a resource that was added.
  plain_token get(const context& requested);

  /// Calls `acquire`, with the entry locked, if there is no fresh token.
  plain_token get(const context& requested, const std::function<plain_token()>& acquire);

 private:
  struct entry {
    plain_token token;
    std::shared_timed_mutex mutex;
  };
  // The resource and the tenant.
  using key = std::pair<std::string, std::string>;

  plain_token find(const std::string& resource, const std::string& tenant,
                   std::chrono::system_clock::duration minimum_expiration,
                   const std::function<plain_token()>& acquire);
  std::shared_ptr<entry> entry_of(const key& wanted);

  std::map<key, std::shared_ptr<entry>> entries_;
  std::shared_timed_mutex mutex_;
};

}  // namespace midas::internal::bench
