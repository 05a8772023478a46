// The open sockets of the loop.
#pragma once

#include <curl/curl.h>

#include <atomic>
#include <cstdint>
#include <vector>

namespace midas::internal {

/// Used by the loop's thread only, except the counters. Must outlive the multi handle.
class curl_sockets {
 public:
  /// Returns CURL_SOCKET_BAD, and sets errno, if the system provides none.
  curl_socket_t open(const curl_sockaddr& address) noexcept;

  /// Why the system provides no pair of sockets at the moment, as an errno; 0 if it does. libcurl
  /// uses pairs to wake its own threads and polls.
  static int why_none() noexcept;

  /// A CURLOPT_CLOSESOCKETFUNCTION; `self` points to the curl_sockets.
  static int close(void* self, curl_socket_t socket) noexcept;

  /// To be called before a request is sent on the kept connection between these ports. If unread
  /// bytes have arrived on it, they answer no request, but libcurl would take them for the response
  /// to this one: the connection is then shut down, and libcurl finds it dead and uses another.
  void shut_down_if_unread(int local_port, int peer_port) noexcept;

  /// To be called when a connection has been established on a socket that was opened.
  void note_connection() noexcept { connections_.fetch_add(1, std::memory_order_relaxed); }

  /// Connections established so far. Any thread.
  [[nodiscard]] std::uint64_t connections() const noexcept {
    return connections_.load(std::memory_order_relaxed);
  }

  /// Sockets that the system was asked for so far, one for each attempt to connect. Any thread.
  [[nodiscard]] std::uint64_t attempts() const noexcept {
    return attempts_.load(std::memory_order_relaxed);
  }

 private:
  struct open_socket {
    curl_socket_t socket = CURL_SOCKET_BAD;
    // 0 until looked up on a connected socket.
    int local_port = 0;
    int peer_port = 0;
  };

  std::atomic<std::uint64_t> attempts_ = 0;
  std::atomic<std::uint64_t> connections_ = 0;
  std::vector<open_socket> sockets_;
};

}  // namespace midas::internal
