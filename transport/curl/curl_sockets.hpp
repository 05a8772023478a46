// The sockets that libcurl has open for us.
#pragma once

#include <curl/curl.h>

#include <atomic>
#include <cstdint>
#include <vector>

namespace midas::internal {

/// Used by the loop's thread only, but for opened(). Outlives the multi handle.
class curl_sockets {
 public:
  /// CURL_SOCKET_BAD when the system has none.
  curl_socket_t open(const curl_sockaddr& address) noexcept;

  /// A CURLOPT_CLOSESOCKETFUNCTION; `self` is the curl_sockets.
  static int close(void* self, curl_socket_t socket) noexcept;

  /// Before a request goes out on the kept connection between these ports: what has arrived on it
  /// meanwhile answers no request, but libcurl would take it for the response to this one. Such a
  /// connection is shut down, so that libcurl finds it dead and takes another.
  void end_if_unasked_bytes_came(int local_port, int peer_port) noexcept;

  /// How many were opened. From any thread.
  [[nodiscard]] std::uint64_t opened() const noexcept {
    return opened_.load(std::memory_order_relaxed);
  }

 private:
  struct open_socket {
    curl_socket_t socket = CURL_SOCKET_BAD;
    // 0 as long as nobody has asked, and as long as it is not connected.
    int local_port = 0;
    int peer_port = 0;
  };

  std::atomic<std::uint64_t> opened_ = 0;
  std::vector<open_socket> sockets_;
};

}  // namespace midas::internal
