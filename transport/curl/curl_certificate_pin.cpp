#include "transport/curl/curl_certificate_pin.hpp"

#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "transport/curl/curl_set_option.hpp"
#include "transport/formats/certificate_pin.hpp"

#include <openssl/evp.h>
#include <openssl/opensslv.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace midas::internal {

namespace {

std::string tls_library() {
  const auto* const name = curl_version_info(CURLVERSION_NOW)->ssl_version;
  return name == nullptr ? "none" : name;
}

void require_our_openssl() {
  const auto library = tls_library();
  if (!uses_our_openssl(library)) {
    throw std::runtime_error{concat(
        {"it pins a certificate, which requires a libcurl that uses OpenSSL ",
         std::to_string(OPENSSL_VERSION_MAJOR), "; this libcurl's TLS library is ", library})};
  }
}

bool read_digest(const X509* certificate, sha1_digest& digest) noexcept {
  unsigned size = 0;
  return certificate != nullptr &&
         X509_digest(certificate, EVP_sha1(), digest.data(), &size) == 1 && size == digest.size();
}

// Replaces OpenSSL's verification of the chain. Returning 1 lets the handshake continue.
int verify(X509_STORE_CTX* store, void* pin) noexcept {
  sha1_digest digest{};
  const bool accepted = read_digest(X509_STORE_CTX_get0_cert(store), digest) &&
                        static_cast<curl_certificate_pin*>(pin)->accept(digest);
  X509_STORE_CTX_set_error(store, accepted ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
  return static_cast<int>(accepted);
}

}  // namespace

void curl_certificate_pin::install(CURL* handle) {
  if (uses_our_openssl(tls_library())) {
    set_option(handle, CURLOPT_SSL_CTX_FUNCTION, &curl_certificate_pin::on_context);
    set_option(handle, CURLOPT_SSL_CTX_DATA, static_cast<void*>(this));
  }
}

void curl_certificate_pin::apply(CURL* handle, const std::optional<sha1_digest>& pin) {
  const bool was_pinned = pin_.has_value();
  pin_ = pin;
  presented_.reset();
  verdict_ = verdict::none;
  if (!pin_ && !was_pinned) {
    return;
  }
  if (pin_) {
    require_our_openssl();
  }
  // The pin replaces both of libcurl's checks; on_context() makes OpenSSL verify it.
  set_option(handle, CURLOPT_SSL_VERIFYPEER, pin_ ? 0L : 1L);
  set_option(handle, CURLOPT_SSL_VERIFYHOST, pin_ ? 0L : 2L);
  // In a resumed session the server presents no certificate.
  set_option(handle, CURLOPT_SSL_SESSIONID_CACHE, pin_ ? 0L : 1L);
  set_option(handle, CURLOPT_FRESH_CONNECT, pin_ ? 1L : 0L);
  set_option(handle, CURLOPT_FORBID_REUSE, pin_ ? 1L : 0L);
}

bool curl_certificate_pin::allows_request() noexcept {
  if (pin_ && verdict_ != verdict::accepted) {
    verdict_ = verdict::refused;
  }
  return !refused();
}

bool curl_certificate_pin::accept(const sha1_digest& certificate) noexcept {
  presented_ = certificate;
  verdict_ = pin_ && certificate_matches(*pin_, certificate) ? verdict::accepted : verdict::refused;
  return verdict_ == verdict::accepted;
}

error curl_certificate_pin::refusal(std::string_view name) const {
  auto message = std::string{name};
  message += presented_ ? " presented a certificate with thumbprint " + to_thumbprint(*presented_)
                        : " presented no certificate";
  if (pin_) {
    message += concat({", but ", to_thumbprint(*pin_), " is pinned"});
  }
  return make_error(errc::certificate_mismatch, message,
                    "Check which server answers at this address. On Service Fabric the certificate "
                    "may have been replaced after this program read IDENTITY_SERVER_THUMBPRINT: "
                    "restart the program");
}

CURLcode curl_certificate_pin::on_context(CURL* /*handle*/, void* context, void* self) noexcept {
  auto* const tls = static_cast<SSL_CTX*>(context);
  // libcurl has set it if SSLKEYLOGFILE is set.
  SSL_CTX_set_keylog_callback(tls, nullptr);
  if (!static_cast<curl_certificate_pin*>(self)->pin_) {
    return CURLE_OK;
  }
  SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(tls, &verify, self);
  // One handshake, and so one verification, for each connection.
  SSL_CTX_set_options(tls, SSL_OP_NO_RENEGOTIATION);
  return CURLE_OK;
}

bool uses_our_openssl(std::string_view tls_library) {
  constexpr std::string_view name = "OpenSSL/";
  if (!tls_library.starts_with(name)) {
    return false;
  }
  tls_library.remove_prefix(name.size());
  return tls_library.substr(0, tls_library.find('.')) == std::to_string(OPENSSL_VERSION_MAJOR);
}

}  // namespace midas::internal
