// The options of `midas proxy`.
#pragma once

#include "proxy/configuration/proxy_configuration.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace midas::internal::tools {

/// Add the options that say where clients connect, which host is asked, who may ask, and how long
/// and how many. Each sets members of `configuration`, which must outlive the parsing.
void add_listener_options(CLI::App& command, proxy::proxy_configuration& configuration);
void add_upstream_options(CLI::App& command, proxy::proxy_configuration& configuration);
void add_access_options(CLI::App& command, proxy::proxy_configuration& configuration);
void add_limit_options(CLI::App& command, proxy::proxy_configuration& configuration);

}  // namespace midas::internal::tools
