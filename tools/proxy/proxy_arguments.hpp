// The options of `midas proxy`.
#pragma once

#include "proxy/configuration/configuration_problem.hpp"
#include "proxy/configuration/proxy_configuration.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace midas::internal::tools {

struct proxy_arguments {
  /// What the command line says; see `members`.
  proxy::proxy_configuration configuration{};
  /// The options, each with the member of `configuration` that it sets.
  std::vector<std::pair<const CLI::Option*, std::string_view>> members{};
  /// The configuration file; empty: none.
  std::string file{};
  bool check_only = false;
  /// See environment_format_names(); empty: serve clients.
  std::string print_environment{};
  bool verbose = false;
};

/// Adds the options. They set `arguments`, which must outlive the parsing.
void add_proxy_options(CLI::App& command, proxy_arguments& arguments);

/// Where the proxy listens if nothing else says so.
inline constexpr std::string_view default_listener = "127.0.0.1:8765";

/// The file with the command line's values over it, checked. `has_sockets`: the service manager has
/// passed some, so that no listener is needed.
[[nodiscard]] proxy::configuration_result<proxy::proxy_configuration> read_proxy_configuration(
    const proxy_arguments& arguments, bool has_sockets);

}  // namespace midas::internal::tools
