// Translates failures of libcurl into errors of midas.
#pragma once

#include "messages/http_message.hpp"
#include <midas/error.hpp>

#include <curl/curl.h>

#include <string_view>

namespace midas::internal {

struct curl_failure {
  CURLcode code = CURLE_OK;
  /// The last errno that libcurl recorded. It may be unrelated to this failure, since libcurl never
  /// clears it.
  int system_error = 0;
  /// True if there was a connection to send the request on.
  bool request_sent = false;
  /// True if the response exceeded the request's limit.
  bool too_large = false;
  /// The content of libcurl's error buffer.
  std::string_view detail{};
};

/// The error to report; its message names the request's endpoint.
error describe(const curl_failure&, const http_request&);

}  // namespace midas::internal
