// A certificate that a simulated host makes for itself, and the key that it is for.
#pragma once

#include <memory>
#include <string>

// OpenSSL's names for EVP_PKEY, X509 and SSL_CTX.
struct evp_pkey_st;
struct x509_st;
struct ssl_ctx_st;

namespace midas::internal::simulator {

/// Self-signed, for localhost and for one address, good for a year; the key is on P-256 and never
/// leaves the process. Immutable: any thread.
class tls_certificate {
 public:
  /// Throws std::runtime_error when OpenSSL has no memory or no randomness.
  explicit tls_certificate(const std::string& address);

  /// The SHA-1 digest of the certificate as 40 hexadecimal digits, in upper case: what
  /// IDENTITY_SERVER_THUMBPRINT takes.
  [[nodiscard]] std::string thumbprint() const;

  /// The certificate, without its key, for the trust stores of clients.
  [[nodiscard]] std::string pem() const;

  /// Has connections of that context show it.
  void use_in(ssl_ctx_st& context) const;

 private:
  std::unique_ptr<evp_pkey_st, void (*)(evp_pkey_st*)> key_;
  std::unique_ptr<x509_st, void (*)(x509_st*)> certificate_;
};

}  // namespace midas::internal::simulator
