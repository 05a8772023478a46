// Environment variables in the forms in which programs, containers and services take them.
#pragma once

#include <midas/environment_variable.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace midas::internal::tools {

/// The values of --print-env.
enum class environment_format : std::uint8_t {
  /// A line `export NAME='VALUE'` for each variable, for a POSIX shell to evaluate.
  sh,
  /// A line `$env:NAME = 'VALUE'` for each variable.
  powershell,
  /// A file for `docker run --env-file`: a line NAME=VALUE for each variable.
  docker,
  /// A drop-in file for a unit of systemd.
  systemd,
  /// The member `env` of a container, in YAML.
  kubernetes,
  /// One JSON object that maps names to values, on one line.
  json,
};

/// The names of the formats, in the order of the enumeration.
[[nodiscard]] std::vector<std::string> environment_format_names();

/// The format of that name. Throws std::out_of_range for any other text.
[[nodiscard]] environment_format read_environment_format(const std::string& name);

/// A program that reads the text in this format gets exactly these values. Throws
/// std::invalid_argument if a value has a line break, which the format "docker" cannot express.
[[nodiscard]] std::string environment_text(environment_format format,
                                           std::span<const environment_variable> variables);

}  // namespace midas::internal::tools
