// Adds scenarios to rules files.
#pragma once

#include <midas/simulated_host_options.hpp>

#include <string>
#include <string_view>

namespace midas::internal::simulator {

/// The rules of two rules files, in their order. Each may be empty. Throws std::invalid_argument if
/// one is malformed.
[[nodiscard]] std::string joined_rules(std::string_view first, std::string_view second);

/// The rules of a rules file, which may be empty, followed by those of the scenario, so that the
/// former take precedence. Returns `rules` as it is if `scenario` is empty. Throws
/// std::invalid_argument if the rules are malformed or there is no such scenario.
[[nodiscard]] std::string with_scenario(std::string_view rules, std::string_view scenario);

}  // namespace midas::internal::simulator
