#include "simulator/http/tls_certificate.hpp"

#include "simulator/tokens/random_text.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string_view>

namespace midas::internal::simulator {
namespace {

void require(bool done, const char* what) {
  if (!done) {
    throw std::runtime_error(std::string("the simulator cannot ") + what);
  }
}

void set_validity(X509* certificate) {
  // The clock of a client may be slow.
  constexpr long an_hour = 3600;
  constexpr long a_year = 365L * 24L * an_hour;
  require(X509_gmtime_adj(X509_getm_notBefore(certificate), -an_hour) != nullptr &&
              X509_gmtime_adj(X509_getm_notAfter(certificate), a_year) != nullptr,
          "set the validity of its certificate");
}

/// Browsers and some libraries reject two certificates with the same issuer and serial number.
void set_serial(X509* certificate) {
  std::array<unsigned char, 8> number{};
  require(RAND_bytes(number.data(), number.size()) == 1,
          "set the serial number of its certificate");
  std::uint64_t serial = 0;
  for (const auto byte : number) {
    serial = serial << 8 | byte;
  }
  require(ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1,
          "set the serial number of its certificate");
}

void set_subject(X509* certificate, std::string_view name) {
  require(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                                     reinterpret_cast<const unsigned char*>(name.data()),
                                     static_cast<int>(name.size()), -1, 0) == 1,
          "set the names in its certificate");
}

/// Nothing for an empty value.
void add_extension(X509* certificate, int kind, std::string_view value) {
  if (value.empty()) {
    return;
  }
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, kind, std::string(value).c_str()),
      &X509_EXTENSION_free);
  require(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1,
          "add an extension to its certificate");
}

}  // namespace

struct tls_certificate::description {
  std::string_view name;
  /// OpenSSL's names of the values; empty for none.
  std::string alternative_name;
  std::string_view constraints;
  std::string_view key_usage;
  std::string_view purpose;
};

tls_certificate::tls_certificate(const description& what, const tls_certificate* issuer)
    : key_(EVP_EC_gen("P-256"), &EVP_PKEY_free), certificate_(X509_new(), &X509_free) {
  auto* const certificate = certificate_.get();
  require(key_ != nullptr && certificate != nullptr &&
              X509_set_version(certificate, X509_VERSION_3) == 1 &&
              X509_set_pubkey(certificate, key_.get()) == 1,
          "create a certificate");
  const auto& signer = issuer != nullptr ? *issuer : *this;
  set_serial(certificate);
  set_validity(certificate);
  set_subject(certificate, what.name);
  require(X509_set_issuer_name(certificate, X509_get_subject_name(signer.certificate_.get())) == 1,
          "set the names in its certificate");
  add_extension(certificate, NID_subject_alt_name, what.alternative_name);
  add_extension(certificate, NID_basic_constraints, what.constraints);
  add_extension(certificate, NID_key_usage, what.key_usage);
  add_extension(certificate, NID_ext_key_usage, what.purpose);
  require(X509_sign(certificate, signer.key_.get(), EVP_sha256()) != 0, "sign its certificate");
}

tls_certificate::tls_certificate(const std::string& address)
    : tls_certificate({.name = "midas simulator",
                       .alternative_name = "DNS:localhost,IP:" + address,
                       .constraints = {},
                       .key_usage = "critical,digitalSignature",
                       .purpose = "serverAuth"},
                      nullptr) {}

tls_certificate tls_certificate::authority() {
  return {{.name = "midas simulator authority",
           .alternative_name = {},
           .constraints = "critical,CA:TRUE",
           .key_usage = "critical,keyCertSign,cRLSign",
           .purpose = {}},
          nullptr};
}

tls_certificate tls_certificate::issue(const std::string& name) const {
  return {{.name = "midas simulator",
           .alternative_name = "DNS:" + name,
           .constraints = {},
           .key_usage = "critical,digitalSignature",
           .purpose = "serverAuth"},
          this};
}

std::string tls_certificate::thumbprint() const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  require(X509_digest(certificate_.get(), EVP_sha1(), digest.data(), &size) == 1,
          "read its certificate");
  return hexadecimal(std::span{digest}.first(size));
}

std::string tls_certificate::pem() const {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), &BIO_free);
  require(memory != nullptr && PEM_write_bio_X509(memory.get(), certificate_.get()) == 1,
          "write its certificate");
  char* text = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

void tls_certificate::use_in(ssl_ctx_st& context) const {
  require(SSL_CTX_use_certificate(&context, certificate_.get()) == 1 &&
              SSL_CTX_use_PrivateKey(&context, key_.get()) == 1,
          "use its certificate");
}

void tls_certificate::use_in(ssl_st& connection) const {
  require(SSL_use_certificate(&connection, certificate_.get()) == 1 &&
              SSL_use_PrivateKey(&connection, key_.get()) == 1,
          "use its certificate");
}

}  // namespace midas::internal::simulator
