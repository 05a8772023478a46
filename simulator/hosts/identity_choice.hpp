// Which identity of a simulated host a token request means.
#pragma once

#include "simulator/http/query_string.hpp"
#include <midas/simulated_host_options.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace midas::internal::simulator {

/// A parameter by which requests to a host name an identity, and the name that it takes.
struct identity_selector {
  std::string_view parameter;
  std::string simulated_identity::*name;
};

/// Why no identity was chosen. What a host says of that is its dialect's concern.
enum class identity_refusal : std::uint8_t {
  /// The host has no such identity, or none at all.
  not_found,
  /// No identity was named, and the host has several.
  ambiguous,
  /// More than one was named.
  contradictory,
};

using identity_choice = std::variant<simulated_identity, identity_refusal>;

/// Goes by the one of these parameters that the query has, or by none of them.
[[nodiscard]] identity_choice choose_identity(const simulated_host_options& options,
                                              const query_string& query,
                                              std::span<const identity_selector> selectors);

/// The system-assigned identity of a host; without one, its only user-assigned identity.
[[nodiscard]] identity_choice choose_unnamed(const simulated_host_options& options);

}  // namespace midas::internal::simulator
