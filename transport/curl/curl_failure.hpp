// What a failed transfer of libcurl's means to midas.
#pragma once

#include "messages/http_message.hpp"
#include <midas/error.hpp>

#include <curl/curl.h>

#include <string_view>

namespace midas::internal {

struct curl_failure {
  CURLcode code = CURLE_OK;
  /// The system's last error, which need not be the reason: libcurl never clears it.
  int system_error = 0;
  /// Whether there was a connection to send the request on.
  bool request_sent = false;
  /// Whether the response met the limit of the request.
  bool too_large = false;
  /// What libcurl wrote into its error buffer.
  std::string_view detail{};
};

/// The error to report, naming the request's endpoint.
error describe(const curl_failure&, const http_request&);

}  // namespace midas::internal
