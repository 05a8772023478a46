// The TLS side of an http_server: which certificate its connections present, and to whom. Only
// simulator/http/ may include this header, since it includes Asio.
#pragma once

#include "simulator/http/tls_certificate.hpp"

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <mutex>
#include <string>

namespace midas::internal::simulator {

/// Any thread may use it.
class tls_context {
 public:
  /// `server_name` as in http_server_options. Throws as tls_certificate does.
  tls_context(std::shared_ptr<const tls_certificate> certificate, std::string server_name);
  tls_context(const tls_context&) = delete;
  tls_context& operator=(const tls_context&) = delete;

  [[nodiscard]] boost::asio::ssl::context& context() noexcept { return context_; }
  /// Handshakes that begin after the call use this certificate.
  void replace(std::shared_ptr<const tls_certificate> certificate);

 private:
  /// OpenSSL calls it for each handshake, whether or not the client names a server.
  static int on_server_name(ssl_st* connection, int* alert, void* self) noexcept;

  [[nodiscard]] std::shared_ptr<const tls_certificate> current() const;
  [[nodiscard]] bool accepts(const char* name) const noexcept;

  const std::string server_name_;
  mutable std::mutex mutex_;
  std::shared_ptr<const tls_certificate> certificate_;
  boost::asio::ssl::context context_;
};

}  // namespace midas::internal::simulator
