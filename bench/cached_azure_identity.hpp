// What azure-identity for C++ does for a token at hand, as a stand-in to measure beside midas.
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

/// As its release of August 2026 has it (managed_identity_source.cpp, token_credential_impl.cpp,
/// token_cache.cpp): at each call the scope is copied, cut to its resource and percent-encoded, and
/// copied again into a key; an ordered map is read under a shared lock, and the entry under
/// another; the way to a new token is a std::function; the token is copied. Seven allocations a
/// hit, as measured of the library itself. Compiled apart, as a library is.
class azure_identity_cache {
 public:
  /// What an application makes once and gives with each call.
  struct context {
    std::vector<std::string> scopes;
    std::chrono::system_clock::duration minimum_expiration = std::chrono::minutes{2};
  };

  static context context_of(const std::string& resource) { return {{resource + "/.default"}}; }

  void add(const std::string& resource, const plain_token& token);

  plain_token get(const context& asked);

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
