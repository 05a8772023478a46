// Owns libcurl's multi handle.
#pragma once

#include <curl/curl.h>

#include <cstddef>

namespace midas::internal {

/// Initialises libcurl first, if nobody has.
class curl_multi_handle {
 public:
  /// `max_connections_kept` as in curl_multi_options. Throws std::runtime_error when libcurl cannot
  /// be set up.
  explicit curl_multi_handle(std::size_t max_connections_kept);
  curl_multi_handle(const curl_multi_handle&) = delete;
  curl_multi_handle& operator=(const curl_multi_handle&) = delete;
  ~curl_multi_handle() { close(); }

  [[nodiscard]] CURLM* get() const noexcept { return handle_; }

  /// Gives the handle back, and with it every connection. Idempotent.
  void close() noexcept;

 private:
  CURLM* handle_;
};

}  // namespace midas::internal
