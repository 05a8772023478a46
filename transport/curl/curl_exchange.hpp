// One libcurl easy handle and the exchange that it carries just now. Used by the loop's thread
// only.
#pragma once

#include "transport/curl/curl_certificate_pin.hpp"
#include "transport/curl/curl_header_list.hpp"
#include "transport/curl/curl_multi_loop.hpp"
#include "transport/curl/curl_response.hpp"
#include "transport/curl/curl_sockets.hpp"

#include <curl/curl.h>

#include <array>
#include <cstddef>

namespace midas::internal {

/// Made once, used for many exchanges one after another.
class curl_exchange {
 public:
  /// Throws std::runtime_error when libcurl refuses an option.
  /// Both outlive it.
  curl_exchange(const curl_multi_options& options, curl_sockets& sockets);
  curl_exchange(const curl_exchange&) = delete;
  curl_exchange& operator=(const curl_exchange&) = delete;
  ~curl_exchange();

  /// The exchange of a handle, as CURLINFO_PRIVATE has it.
  static curl_exchange* of(CURL* handle) noexcept;
  [[nodiscard]] CURL* handle() const noexcept { return handle_; }

  /// Sets the handle up for a request that check_request has passed. Throws as the constructor
  /// does, also for a certificate that is pinned and could not be checked.
  void prepare(http_request request);

  [[nodiscard]] const http_request& request() const noexcept { return request_; }
  /// Whether the exchange, now at its end, used a connection of an earlier one.
  [[nodiscard]] bool reused_connection() const noexcept {
    return was_connected_ && !opened_connection_;
  }
  /// What came of it, given libcurl's verdict.
  expected<http_response> outcome(CURLcode code);
  /// Forgets request and response, and wipes what may be secret in them.
  void forget();

 private:
  void set_once(const curl_multi_options& options);
  void set_for_request();
  void set_method_and_body();

  static std::size_t on_header(char* data, std::size_t size, std::size_t count,
                               void* self) noexcept;
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static int on_connected(void* self, char* peer, char* local, int peer_port,
                          int local_port) noexcept;
  static curl_socket_t on_socket(void* self, curlsocktype purpose, curl_sockaddr* address) noexcept;

  CURL* handle_;
  curl_sockets& sockets_;
  // Of the options, or a constant.
  const std::string_view user_agent_;
  http_request request_;
  curl_response response_;
  bool opened_connection_ = false;
  bool was_connected_ = false;
  curl_header_list headers_;
  curl_certificate_pin pin_;
  std::array<char, CURL_ERROR_SIZE> error_{};
};

}  // namespace midas::internal
