// Sorts failures of libcurl into kinds, each of which has an error text of its own.
#pragma once

#include "transport/curl/curl_failure.hpp"

#include <cstdint>
#include <string_view>

namespace midas::internal {

enum class failure_kind : std::uint8_t {
  /// libcurl cannot read the URL.
  malformed_url,
  /// The system has no socket left.
  no_socket,
  /// The system has no thread left to look up the name.
  no_thread,
  /// The system has no memory left.
  no_memory,
  /// A time limit passed.
  timeout,
  /// The name is not known.
  unresolved,
  /// No server accepts the connection.
  refused,
  /// The proxy is unreachable, or refuses.
  proxy,
  /// The file of certificate authorities cannot be read.
  authorities,
  /// TLS cannot be established.
  tls,
  /// The response is larger than allowed.
  too_large,
  /// The response is compressed in an unreadable way.
  encoding,
  /// The response is not HTTP.
  not_http,
  /// Any other failure.
  other,
};

[[nodiscard]] failure_kind kind_of(const curl_failure& failure);

/// Whether libcurl's error buffer contains the text.
[[nodiscard]] bool mentions(const curl_failure& failure, std::string_view text) noexcept;

}  // namespace midas::internal
