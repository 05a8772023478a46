// The self-signed certificate of a simulated host, and its key.
#pragma once

#include <memory>
#include <string>

// OpenSSL's names for EVP_PKEY, X509 and SSL_CTX.
struct evp_pkey_st;
struct x509_st;
struct ssl_ctx_st;

namespace midas::internal::simulator {

/// Valid for localhost and one address, for a year. The key is a P-256 key and never leaves the
/// process. Immutable; any thread may use it.
class tls_certificate {
 public:
  /// `address` is an IP address. Throws std::runtime_error if OpenSSL fails.
  explicit tls_certificate(const std::string& address);

  /// The SHA-1 digest of the certificate as 40 uppercase hexadecimal digits, as in
  /// IDENTITY_SERVER_THUMBPRINT.
  [[nodiscard]] std::string thumbprint() const;

  /// The certificate without its key, for the trust stores of clients.
  [[nodiscard]] std::string pem() const;

  /// Makes the connections of the context present the certificate.
  void use_in(ssl_ctx_st& context) const;

 private:
  std::unique_ptr<evp_pkey_st, void (*)(evp_pkey_st*)> key_;
  std::unique_ptr<x509_st, void (*)(x509_st*)> certificate_;
};

}  // namespace midas::internal::simulator
