// Selects the identity that a token request to a simulated host asks for.
#pragma once

#include "http/query_string.hpp"
#include <midas/simulated_host_options.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace midas::internal::simulator {

/// A parameter that selects an identity, and the id that its value is compared with.
struct identity_selector {
  std::string_view parameter;
  std::string simulated_identity::*name;
};

/// Why no identity was selected. Each host has its own error for it.
enum class identity_refusal : std::uint8_t {
  /// The host does not have this identity, or it has no identity at all.
  not_found,
  /// The request names no identity, and the host has several.
  ambiguous,
  /// The request has more than one of the parameters.
  contradictory,
};

using identity_choice = std::variant<simulated_identity, identity_refusal>;

/// Selects by the parameter in `query` that is among `selectors`. If there is none, does the same
/// as choose_unnamed().
[[nodiscard]] identity_choice choose_identity(const simulated_host_options& options,
                                              const http::query_string& query,
                                              std::span<const identity_selector> selectors);

/// The system-assigned identity or, if the host has none, its only user-assigned identity.
[[nodiscard]] identity_choice choose_unnamed(const simulated_host_options& options);

}  // namespace midas::internal::simulator
