// Translates failures of libcurl into errors of midas.
#pragma once

#include "messages/http_message.hpp"
#include <midas/error.hpp>

#include <curl/curl.h>

#include <string>
#include <string_view>

namespace midas::internal {

struct curl_failure {
  CURLcode code = CURLE_OK;
  /// The last errno that libcurl recorded. It may be unrelated to this failure, since libcurl never
  /// clears it.
  int system_error = 0;
  /// Why the system provided no socket; 0 if it did.
  int socket_error = 0;
  /// True if there was a connection to send the request on.
  bool request_sent = false;
  /// True if the request was sent and the header block of the response is incomplete.
  bool awaits_headers = false;
  /// True if the response exceeded the request's limit.
  bool too_large = false;
  /// The content of libcurl's error buffer.
  std::string_view detail{};
};

/// For a server that accepts connections and requests.
inline constexpr std::string_view no_answer_advice =
    "A server accepts connections at this address but does not answer: check its state and its "
    "log; an identity endpoint usually answers within a second";

/// The error to report; its message names the request's endpoint.
error describe(const curl_failure&, const http_request&);

/// The errors to report if the system provides no thread or no descriptor; `user` names what needs
/// it.
error no_thread(const std::string& user, int system_error);
error no_descriptor(const std::string& user, int system_error);

}  // namespace midas::internal
