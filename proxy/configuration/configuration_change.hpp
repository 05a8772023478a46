// Configurations that take the place of others, or a part of them. Pure.
#pragma once

#include "proxy/configuration/proxy_configuration.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace midas::internal::proxy {

/// A member whose value differs between two configurations.
struct configuration_change {
  /// In the file, e.g. "listeners"; one of configuration_members().
  std::string_view member{};
  /// False if a reload applies the new value.
  bool needs_restart = false;

  bool operator==(const configuration_change&) const = default;
};

/// What differs, in the order of configuration_members(). An empty list says that nothing does.
[[nodiscard]] std::vector<configuration_change> changes(const proxy_configuration& from,
                                                        const proxy_configuration& to);

/// What a reload makes of `running`: the members of `read` that can change without a restart, and
/// all others as they are.
[[nodiscard]] proxy_configuration reloaded(const proxy_configuration& running,
                                           const proxy_configuration& read);

/// `file` with those members of `arguments` that the command line gives. `given` has names of
/// configuration_members(), or "tokens.resources" and "tokens.identities", which leave the other
/// list as it is. Other names are ignored.
[[nodiscard]] proxy_configuration merge(const proxy_configuration& file,
                                        const proxy_configuration& arguments,
                                        std::span<const std::string_view> given);

}  // namespace midas::internal::proxy
