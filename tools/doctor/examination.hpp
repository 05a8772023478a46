// The findings of `midas doctor`: the detected host, the HTTP exchanges with it, and the outcome.
#pragma once

#include "tools/doctor/listener.hpp"
#include "tools/doctor/recording_transport.hpp"
#include "transport/hosts/host_detection.hpp"
#include "transport/hosts/identity_binding.hpp"
#include <midas/access_token.hpp>
#include <midas/token_request.hpp>
#include <midas/token_service_options.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace midas::internal::tools {

struct examination {
  /// With the identity that MANAGED_IDENTITY names, if the request named none; and with the one
  /// that the host's own variable names instead of the system-assigned identity.
  token_request request;
  /// What names the identity: "an option" or the variable; empty if nothing does.
  std::string identity_from{};
  /// The variable cannot be read.
  bool is_identity_unknown = false;
  host_detection detection;
  /// The URL that serves tokens, without its query. Empty if no host was detected.
  std::string address;
  /// Whose process listens at the address, if that is on this machine.
  std::optional<listener> listening{};
  /// How requests go through a proxy, or why they do not although the environment names one; one
  /// sentence. Empty if there is nothing to say.
  std::string proxy{};
  /// Whether AKS identity bindings are used, and the same as a sentence; see
  /// identity_binding::describe().
  identity_binding::usage binding = identity_binding::usage::absent;
  std::string binding_text{};
  /// Whether this process is in a container of Docker, Podman or Kubernetes.
  bool is_in_container = false;
  std::vector<exchange_record> exchanges;
  /// Whether a server accepted a connection, TLS included.
  bool is_connected = false;
  /// What the host answered when it was asked whether it knows the next version of its protocol, if
  /// it was: an HTTP status, or 0 for no answer. Not among `exchanges`.
  std::optional<int> version_probe{};
  /// From the request to the token or the error.
  std::chrono::nanoseconds elapsed{};
  /// When the request ended.
  std::chrono::sys_seconds at{};
  expected<access_token> token;
};

/// Detects the host and requests one token from it through a token service, without retries.
examination examine(token_request request, token_service_options options,
                    std::chrono::nanoseconds timeout);

/// How far this machine's clock is ahead of the host's; negative if it is behind. Zero if they
/// agree, or if no answer says.
std::chrono::seconds clock_ahead(const examination& result);

/// What the token is for by the host's own words, if that is another resource than the requested
/// one; empty otherwise.
std::string other_resource(const examination& result);

/// "client id 6a5e...", "the signed-in user": whose token is asked for.
std::string identity_of(const examination& result);

/// "https://vault.azure.net for client id 6a5e...": what is asked for.
std::string subject_of(const examination& result);

}  // namespace midas::internal::tools
