// A host's dialect as plain functions on values: all that an acquisition knows of the host.
#pragma once

#include "messages/http_message.hpp"
#include "transport/hosts/credential_files.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>
#include <midas/identity_host.hpp>
#include <midas/token_request.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace midas::internal {

/// What the application may set about the dialects.
struct host_settings {
  /// Plain http to hosts that are neither loopback nor known is allowed.
  bool allow_insecure = false;
  /// Sent as xms_cc to hosts that support it, e.g. "cp1".
  std::vector<std::string> client_capabilities{};
  credential_files files = credential_files_of_this_machine();
  /// Scheme and authority of IMDS, in place of AZURE_POD_IDENTITY_AUTHORITY_HOST; empty: that
  /// one's.
  std::string imds_authority{};
};

/// What the answer to a request leads to: a token, or the next request of the same acquisition.
using decode_result = std::variant<token_grant, http_request>;

/// A token or a request as an answer, an error as itself.
template <class Value>
expected<decode_result> as_decode_result(expected<Value> value) {
  if (!value) {
    return unexpected{std::move(value.error())};
  }
  return decode_result{*std::move(value)};
}

/// Immutable once made; its functions may be called from any thread, several at a time.
struct host_protocol {
  identity_host host = identity_host::imds;
  /// The dialect, for people: "IMDS".
  std::string source;
  /// The URL that requests go to, for messages.
  std::string address;
  /// The request for a token. `refused_token_sha256` is the lower-case hex SHA-256 of the held
  /// token that the claims of the request are about, empty when there is none. Fails when the host
  /// cannot do what is asked.
  std::function<expected<http_request>(const token_request&, std::string_view refused_token_sha256)>
      encode;
  /// Reads the answer, received at `now` (UTC), of whatever status. `step` is 0 for the answer to
  /// what encode made, 1 for the answer to the request that followed it, and so on.
  std::function<expected<decode_result>(const token_request&, http_response,
                                        std::chrono::sys_seconds now, unsigned leg)>
      decode;
};

}  // namespace midas::internal
