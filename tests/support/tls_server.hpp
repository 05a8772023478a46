// An https server with a self-signed certificate, which records everything that it receives.
#pragma once

#include "messages/http_message.hpp"
#include "tests/support/raw_server.hpp"

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace midas::internal::test {

/// A key and a certificate that no authority signed.
class self_signed_certificate {
 public:
  /// `name` is the name of its subject and issuer, `alternative_name` its subject alternative name
  /// as OpenSSL writes it, "IP:127.0.0.1" or "DNS:proxy.invalid"; empty for none.
  explicit self_signed_certificate(const std::string& alternative_name = {},
                                   std::string_view name = "nobody.invalid");

  [[nodiscard]] EVP_PKEY* key() const noexcept { return key_.get(); }
  [[nodiscard]] X509* certificate() const noexcept { return certificate_.get(); }
  [[nodiscard]] sha1_digest digest() const;
  [[nodiscard]] std::string pem() const;

 private:
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
  std::unique_ptr<X509, decltype(&X509_free)> certificate_;
};

struct tls_server_options {
  /// The body of every answer.
  std::string body = "ok";
  /// The only TLS version that the server accepts.
  int version = TLS1_3_VERSION;
  /// Close the connection after each answer.
  bool closes = false;
  /// Put the server's address into its certificate.
  bool named = false;
  /// Put this name into the certificate instead, and refuse clients that ask for another or none.
  std::string server_name{};
  /// Begin another handshake after each request, before the answer. Requires TLS 1.2.
  bool renegotiates = false;
};

/// Answers every request with status 200.
class tls_server {
 public:
  explicit tls_server(tls_server_options options = {});

  /// "https://127.0.0.1:PORT".
  [[nodiscard]] std::string url() const;
  /// The digest of the server's own certificate.
  [[nodiscard]] sha1_digest digest() const { return own_.digest(); }
  /// The server's own certificate, for clients that are to trust it.
  [[nodiscard]] std::string certificate() const { return own_.pem(); }
  /// The digest of an unrelated certificate, which the server sends after its own.
  [[nodiscard]] sha1_digest digest_of_another() const { return another_.digest(); }

  /// Connections accepted so far.
  [[nodiscard]] std::size_t connections() const { return server_.connections(); }
  /// Completed handshakes, including those of a renegotiation.
  [[nodiscard]] std::size_t handshakes() const;
  /// The decrypted bytes of all connections.
  [[nodiscard]] std::string received() const;
  /// Waits until that many connections have ended.
  void wait_until_ended(std::size_t connections) { server_.wait_until_ended(connections); }

 private:
  void serve(int socket);
  static int on_server_name(SSL* connection, int* alert, void* self);
  static void on_message(int is_sent, int version, int type, const void* message, std::size_t size,
                         SSL* connection, void* self);
  void answer(SSL* connection);
  bool read_request(SSL* connection);

  tls_server_options options_;
  self_signed_certificate own_;
  self_signed_certificate another_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  mutable std::mutex mutex_;
  std::size_t handshakes_ = 0;
  std::string received_;
  // Declared last: its threads use the other members.
  raw_server server_{[this](raw_connection& connection) { serve(connection.socket()); }};
};

}  // namespace midas::internal::test
