#include "transport/formats/certificate_pem.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <limits>
#include <memory>

namespace midas::internal {

bool holds_certificate(std::string_view pem) noexcept {
  if (pem.empty() || pem.size() > std::numeric_limits<int>::max()) {
    return false;
  }
  const std::unique_ptr<BIO, decltype(&BIO_free)> text{
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free};
  if (text == nullptr) {
    return false;
  }
  // OpenSSL queues an error for text without a certificate. The application's errors stay.
  ERR_set_mark();
  const std::unique_ptr<X509, decltype(&X509_free)> certificate{
      PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr), &X509_free};
  ERR_pop_to_mark();
  return certificate != nullptr;
}

}  // namespace midas::internal
