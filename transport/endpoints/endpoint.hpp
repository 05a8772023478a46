// A host's dialect as plain functions on values: all that an acquisition knows of the host.
#pragma once

#include <midas/messages/access_token.hpp>
#include <midas/messages/error.hpp>
#include <midas/messages/http_message.hpp>
#include <midas/messages/token_request.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace midas {

/// Immutable once made; its functions may be called from any thread, several at a time.
struct identity_endpoint {
  /// The dialect, for people: "IMDS".
  std::string source;
  /// The URL that requests go to, for messages.
  std::string address;
  /// The request for a token. Fails when the host cannot do what is asked.
  std::function<expected<http_request>(const token_request&)> encode;
  /// Reads the answer, received at `now` (UTC), of whatever status.
  std::function<expected<token_grant>(const token_request&, http_response,
                                      std::chrono::sys_seconds)>
      decode;
};

}  // namespace midas
