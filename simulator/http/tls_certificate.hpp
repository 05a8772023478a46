// The certificate of a simulated host, and its key; and an authority that signs certificates.
#pragma once

#include <memory>
#include <string>

// OpenSSL's names for EVP_PKEY, X509, SSL_CTX and SSL.
struct evp_pkey_st;
struct x509_st;
struct ssl_ctx_st;
struct ssl_st;

namespace midas::internal::simulator {

/// Valid for a year. The key is a P-256 key and never leaves the process. Immutable; any thread may
/// use it. All functions throw std::runtime_error if OpenSSL fails.
class tls_certificate {
 public:
  /// Self-signed, for localhost and the IP address.
  explicit tls_certificate(const std::string& address);

  /// That of a certificate authority, self-signed.
  static tls_certificate authority();

  /// A certificate for a DNS name, signed by this one, which must be that of an authority.
  [[nodiscard]] tls_certificate issue(const std::string& name) const;

  /// The SHA-1 digest of the certificate as 40 uppercase hexadecimal digits, as in
  /// IDENTITY_SERVER_THUMBPRINT.
  [[nodiscard]] std::string thumbprint() const;

  /// The certificate without its key, for the trust stores of clients.
  [[nodiscard]] std::string pem() const;

  /// Makes the connections of the context present the certificate.
  void use_in(ssl_ctx_st& context) const;
  /// Makes the connection, whose handshake has begun, present the certificate.
  void use_in(ssl_st& connection) const;

 private:
  struct description;

  tls_certificate(const description& what, const tls_certificate* issuer);

  std::unique_ptr<evp_pkey_st, void (*)(evp_pkey_st*)> key_;
  std::unique_ptr<x509_st, void (*)(x509_st*)> certificate_;
};

}  // namespace midas::internal::simulator
