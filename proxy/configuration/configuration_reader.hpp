// Reads the configuration file's text.
#pragma once

#include "proxy/configuration/configuration_problem.hpp"
#include "proxy/configuration/proxy_configuration.hpp"
#include <midas/sensitive_string.hpp>

#include <string_view>

namespace midas::internal::proxy {

/// Reads a JSON object with the members of docs/proxy_configuration.md, all of them optional.
/// Reports everything that a single member shows: one that is unknown, or occurs twice, a wrong
/// type, a value out of range or without meaning. What several members show together is found by
/// check(), after the command line has been merged. Comments are not allowed. `text` may contain
/// the identity header, which is copied only into proxy_configuration::identity_header. Pure.
[[nodiscard]] configuration_result<proxy_configuration> read_configuration(sensitive_string text);

[[nodiscard]] inline configuration_result<proxy_configuration> read_configuration(
    std::string_view text) {
  return read_configuration(sensitive_string{text});
}

}  // namespace midas::internal::proxy
