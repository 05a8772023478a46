// What is wrong with a whole configuration, wherever its members come from.
#pragma once

#include "proxy/configuration/configuration_problem.hpp"
#include "proxy/configuration/proxy_configuration.hpp"

namespace midas::internal::proxy {

/// Checks the configuration after the command line has been merged: every value by itself, and
/// those that contradict each other. Empty if the proxy can start with it, as far as can be told
/// without looking at the machine: whether an address can be bound, for example, is not checked.
/// Pure. Nothing requires a listener, since systemd may pass one.
[[nodiscard]] configuration_problems check(const proxy_configuration& configuration);

}  // namespace midas::internal::proxy
