// The protocol of a host as plain functions on values: everything that an acquisition needs.
#pragma once

#include "messages/http_message.hpp"
#include "transport/hosts/credential_files.hpp"
#include "transport/hosts/resolved_request.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>
#include <midas/identity_host.hpp>
#include <midas/managed_identity.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace midas::internal {

/// The settings that host protocols take from the application.
struct host_settings {
  /// Allow plain http to endpoints that are neither on this machine nor known.
  bool allow_insecure = false;
  /// Sent as xms_cc to hosts that support it, e.g. "cp1".
  std::vector<std::string> client_capabilities{};
  credential_files files = credential_files_of_this_machine();
  /// For the federated exchange; see internet_settings.hpp.
  std::string proxy{};
  std::string ca_file{};
  /// In place of the directory of Azure Arc's agent, unless it is empty.
  std::string arc_key_directory{};
  /// Use AKS identity bindings where the environment describes one; see identity_binding.hpp.
  bool identity_binding = false;
  /// Scheme and authority of IMDS; takes precedence over AZURE_POD_IDENTITY_AUTHORITY_HOST unless
  /// it is empty.
  std::string imds_authority{};
};

/// The identity that the environment names for requests for the system-assigned one.
struct environment_identity {
  managed_identity identity;
  /// The variable that names it.
  std::string_view variable;
};

/// The result of an HTTP response: a token, or the next request of the same acquisition.
using decode_result = std::variant<token_grant, http_request>;

/// Makes the result of a function that returns only one of the two, passing an error through.
template <class Value>
expected<decode_result> as_decode_result(expected<Value> value) {
  if (!value) {
    return unexpected{std::move(value.error())};
  }
  return decode_result{*std::move(value)};
}

/// Immutable once made; its functions may be called from any thread, concurrently.
struct host_protocol {
  identity_host host = identity_host::imds;
  /// The host's name in errors: "IMDS".
  std::string source;
  /// The URL that requests go to, without a query; for messages.
  std::string address;
  /// What a request for the system-assigned identity gets a token for, if a variable says.
  std::optional<environment_identity> default_identity{};
  /// The variable that names the address, if the evidence for the host does not show it.
  std::string_view address_variable{};
  /// host_detection::reason and address_variable, for errors; see add_reason().
  std::string reason{};
  /// Nothing names this host, and the machine shows no sign of Azure: that no connection is
  /// possible is final.
  bool is_unlikely = false;
  /// Makes the HTTP request for a token. `refused_token_sha256` is the SHA-256, in lower-case hex,
  /// of the cached token that the claims refer to; empty if there is none. Fails if the host does
  /// not support the request, or with the error of a credential that cannot be read.
  std::function<expected<http_request>(const resolved_request&,
                                       std::string_view refused_token_sha256)>
      encode;
  /// Reads a response of any status, received at `now` (UTC). `leg` is 0 for the response to the
  /// request that encode made, 1 for the response to the request that followed it, and so on. The
  /// caller sets token_grant::resource.
  std::function<expected<decode_result>(const resolved_request&, http_response,
                                        std::chrono::sys_seconds now, unsigned leg)>
      decode;
};

/// Appends to the error's advice why the host that it is about was asked (host_protocol::reason),
/// so that a reader who expected another host can tell what led there. Changes nothing in errors
/// that no host causes, and nothing the second time.
void add_reason(error& failure, std::string_view reason);

/// errc::deadline_exceeded for a caller that asked that host for a token.
error deadline_error(const host_protocol& host, const std::string& resource);

}  // namespace midas::internal
