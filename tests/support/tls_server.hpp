// An https server with a certificate of its own making, which keeps everything that it is sent.
#pragma once

#include "messages/http_message.hpp"

#include <openssl/ssl.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace midas::internal::test {

/// A key and a certificate for it that nobody vouches for.
class self_signed_certificate {
 public:
  /// `address` is whose it says it is, nobody's when empty.
  explicit self_signed_certificate(const std::string& address = {});

  [[nodiscard]] EVP_PKEY* key() const noexcept { return key_.get(); }
  [[nodiscard]] X509* certificate() const noexcept { return certificate_.get(); }
  [[nodiscard]] sha1_digest digest() const;

 private:
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
  std::unique_ptr<X509, decltype(&X509_free)> certificate_;
};

struct tls_server_options {
  /// The only version that it speaks.
  int version = TLS1_3_VERSION;
  /// Whether each answer is the last one on its connection.
  bool closes = false;
  /// Whether its certificate has its address in it.
  bool named = false;
};

/// Answers every request with 200 and "ok", on a loopback port; each connection has its thread.
class tls_server {
 public:
  explicit tls_server(tls_server_options options = {});
  tls_server(const tls_server&) = delete;
  tls_server& operator=(const tls_server&) = delete;
  /// Ends all connections.
  ~tls_server();

  /// "https://127.0.0.1:PORT".
  [[nodiscard]] std::string url() const;
  /// Of its own certificate.
  [[nodiscard]] sha1_digest digest() const { return own_.digest(); }
  /// Of the certificate of somebody else, which it sends behind its own.
  [[nodiscard]] sha1_digest digest_of_another() const { return another_.digest(); }

  /// How many connections it has accepted.
  [[nodiscard]] std::size_t connections() const;
  /// How many of them have come through the handshake.
  [[nodiscard]] std::size_t handshakes() const;
  /// What came through TLS, on all connections.
  [[nodiscard]] std::string received() const;
  /// Waits until so many connections are over.
  void wait_until_ended(std::size_t connections);

 private:
  struct served {
    int socket;
    std::thread thread{};
  };

  void accept_all();
  void serve(int socket);
  void answer(SSL* connection);
  bool read_request(SSL* connection);

  tls_server_options options_;
  self_signed_certificate own_;
  self_signed_certificate another_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  // Before the listener, which sets it.
  std::uint16_t port_ = 0;
  int listener_;
  mutable std::mutex mutex_;
  std::condition_variable ended_changed_;
  std::list<served> served_;
  std::size_t handshakes_ = 0;
  std::size_t ended_ = 0;
  bool stopping_ = false;
  std::string received_;
  std::thread thread_;
};

}  // namespace midas::internal::test
