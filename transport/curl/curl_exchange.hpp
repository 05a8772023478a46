// A libcurl easy handle and the exchange that it currently carries.
#pragma once

#include "transport/curl/curl_certificate_pin.hpp"
#include "transport/curl/curl_failure.hpp"
#include "transport/curl/curl_header_list.hpp"
#include "transport/curl/curl_options.hpp"
#include "transport/curl/curl_response.hpp"
#include "transport/curl/curl_route.hpp"
#include "transport/curl/curl_sockets.hpp"

#include <curl/curl.h>

#include <array>
#include <cstddef>
#include <string_view>

namespace midas::internal {

/// Reused for many exchanges, one after another. Used by the loop's thread only.
class curl_exchange {
 public:
  /// `options` and `sockets` must outlive the object. Throws std::runtime_error if libcurl provides
  /// no handle or rejects an option.
  curl_exchange(const curl_multi_options& options, curl_sockets& sockets);
  curl_exchange(const curl_exchange&) = delete;
  curl_exchange& operator=(const curl_exchange&) = delete;
  ~curl_exchange();

  /// The object that owns `handle`.
  static curl_exchange* from(CURL* handle) noexcept;
  [[nodiscard]] CURL* handle() const noexcept { return handle_; }

  /// Sets the handle up for a request that check_request() accepts. Throws std::runtime_error if
  /// libcurl rejects an option, or if the request pins a certificate that cannot be checked.
  void prepare(http_request request);

  [[nodiscard]] const http_request& request() const noexcept { return request_; }
  /// After the exchange: true if it used an existing connection.
  [[nodiscard]] bool reused_connection() const noexcept {
    return was_connected_ && !opened_connection_;
  }
  /// The result of the exchange, which libcurl ended with `code`.
  expected<http_response> outcome(CURLcode code);
  /// Drops request and response, and wipes the parts that may be secret.
  void clear();

 private:
  void set_connection_policy(const curl_multi_options& options);
  void set_callbacks();
  void set_for_request();
  void set_method_and_body();
  [[nodiscard]] curl_failure failure_of(CURLcode code) const;

  static std::size_t on_header(char* data, std::size_t size, std::size_t count,
                               void* self) noexcept;
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static int on_connected(void* self, char* peer, char* local, int peer_port,
                          int local_port) noexcept;
  static curl_socket_t on_socket(void* self, curlsocktype purpose, curl_sockaddr* address) noexcept;

  CURL* handle_;
  curl_sockets& sockets_;
  // Refers to the options or to a constant.
  const std::string_view user_agent_;
  http_request request_;
  curl_route route_;
  curl_response response_;
  bool opened_connection_ = false;
  // A socket has been opened on which no connection has been established yet.
  bool is_connecting_ = false;
  bool was_connected_ = false;
  int socket_error_ = 0;
  curl_header_list headers_;
  curl_certificate_pin pin_;
  std::array<char, CURL_ERROR_SIZE> error_{};
};

}  // namespace midas::internal
