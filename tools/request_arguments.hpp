// What the commands that ask for one token are told on the command line: which one, and of whom.
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
  /// The option_name of a host; without one, the host is detected.
  std::optional<std::string> host;
  std::string endpoint;
  bool allow_insecure_endpoint = false;
  std::chrono::nanoseconds timeout = std::chrono::seconds{30};
};

/// Adds the options for all of it but the resource, whose need and default are the command's own.
/// `arguments` has to outlive the command.
void add_request_options(CLI::App& command, request_arguments& arguments);

token_request request_of(const request_arguments& arguments);

/// Fails as read_identity_host does.
expected<token_service_options> service_options_of(const request_arguments& arguments);

}  // namespace midas::internal::tools
