// The options of midas load that a coordinator may set on a worker.
#pragma once

#include <midas/error.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace midas::internal::tools {

/// Whether a worker accepts this option, by its long name without dashes: those that say what is
/// measured, and neither read nor write a file, nor set where the worker prints.
[[nodiscard]] bool is_worker_option(std::string_view name) noexcept;

/// Checks what a coordinator has sent: "--name" or "--name=value" with such names. Fails with
/// errc::invalid_configuration, which names the option.
[[nodiscard]] expected<void> check_worker_arguments(std::span<const std::string> arguments);

/// The options that the command line has set, for the workers. Those that concern the coordinator
/// alone are left out: how the results are shown, and what they have to meet. Fails with
/// errc::invalid_configuration for options that would concern files of the worker.
[[nodiscard]] expected<std::vector<std::string>> worker_arguments_of(const CLI::App& command);

}  // namespace midas::internal::tools
