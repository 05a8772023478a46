// libcurl's multi handle, which keeps the connections of the loop.
#pragma once

#include <midas/error.hpp>

#include <curl/curl.h>

#include <cstddef>
#include <memory>

namespace midas::internal {

/// Used by the loop's thread only.
class curl_multi_handle {
 public:
  /// `max_connections_kept` as in curl_multi_options.
  explicit curl_multi_handle(std::size_t max_connections_kept) noexcept
      : max_connections_kept_(max_connections_kept) {}

  /// Makes the handle unless it exists. Fails with errc::unreachable if the process has no
  /// descriptors or memory left for it.
  expected<CURLM*> make();
  /// The handle; null if there is none.
  [[nodiscard]] CURLM* get() const noexcept { return handle_.get(); }
  /// Destroys the handle, and so closes all connections; libcurl has no other way to close those
  /// that are idle. No transfer may be in flight.
  void reset() noexcept { handle_.reset(); }

 private:
  struct cleanup {
    void operator()(CURLM* handle) const noexcept { curl_multi_cleanup(handle); }
  };

  std::size_t max_connections_kept_;
  std::unique_ptr<CURLM, cleanup> handle_;
};

}  // namespace midas::internal
