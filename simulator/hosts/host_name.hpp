// The names of the hosts that can be simulated, as the program's --host takes them.
#pragma once

#include <midas/simulated_host_options.hpp>

#include <optional>
#include <string_view>

namespace midas::simulator {

[[nodiscard]] std::string_view host_name(identity_host host) noexcept;

/// The host of that name; empty when there is none.
[[nodiscard]] std::optional<identity_host> host_of_name(std::string_view name) noexcept;

}  // namespace midas::simulator
