// What an administrator can ask of a running proxy.
#pragma once

#include "proxy/configuration/configuration_change.hpp"
#include "proxy/configuration/configuration_problem.hpp"
#include <midas/token_request.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace midas::internal::proxy {

/// A token in memory, without the token.
struct held_key {
  token_key key{};
  std::chrono::sys_seconds expires_on{};
  /// Until the refresh in the background; negative if it is due.
  std::chrono::seconds refresh_in{};
};

/// Selects keys; those that satisfy all members that are set. Everything without any.
struct key_selection {
  /// In the form of comparable_resource().
  std::optional<std::string> resource{};
  /// "system-assigned", or a client, object or resource id in lower case.
  std::optional<std::string> identity{};

  [[nodiscard]] bool selects(const token_key& key) const;

  bool operator==(const key_selection&) const = default;
};

/// Implemented by whoever owns the parts of the proxy. Called on the thread of admin_server. The
/// functions may block for as long as it takes to read a small file, and must not throw.
class administration {
 public:
  administration() = default;
  virtual ~administration() = default;
  administration(const administration&) = delete;
  administration& operator=(const administration&) = delete;

  /// The tokens in memory, in any order.
  [[nodiscard]] virtual std::vector<held_key> keys() = 0;

  /// Removes the selected tokens from memory, and all remembered refusals, so that the next request
  /// asks the host. Returns the number of tokens.
  virtual std::size_t flush(const key_selection& selected) = 0;

  /// Reads the configuration again, as SIGHUP does. Returns what has changed; or what is wrong with
  /// the new configuration, and the old one stays.
  virtual configuration_result<std::vector<configuration_change>> reload() = 0;

  /// Begins to drain, as SIGTERM does. Does not wait.
  virtual void drain() = 0;
};

}  // namespace midas::internal::proxy
