// The command-line options of the commands that request one token.
#pragma once

#include <midas/token_request.hpp>
#include <midas/token_service_options.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace CLI {
class App;
}  // namespace CLI

namespace midas::internal::tools {

struct request_arguments {
  std::string resource;
  std::optional<std::string> client_id;
  std::optional<std::string> object_id;
  std::optional<std::string> resource_id;
  /// What parse_managed_identity() reads.
  std::optional<std::string> identity_json;
  bool system_assigned = false;
  /// The option_name of a host. Empty: the host is detected.
  std::optional<std::string> host;
  std::string endpoint;
  bool allow_insecure_endpoint = false;
  std::string proxy;
  std::string ca_file;
  bool identity_binding = false;
  std::chrono::nanoseconds timeout = std::chrono::seconds{30};
  bool verbose = false;
};

/// Adds an option for each member except `resource`, which each command declares itself.
/// `arguments` must outlive `command`.
void add_request_options(CLI::App& command, request_arguments& arguments);

/// Adds those of them that name an identity, in a group with this description.
void add_identity_options(CLI::App& command, request_arguments& arguments,
                          const std::string& description);

/// A request that names no identity unless an option does.
token_request request_of(const request_arguments& arguments);

/// If no option names the identity, the environment may. Fails with the error of read_identity_host
/// if `arguments.host` does not name a host.
expected<token_service_options> service_options_of(const request_arguments& arguments);

}  // namespace midas::internal::tools
