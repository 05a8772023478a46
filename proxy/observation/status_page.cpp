#include "proxy/observation/status_page.hpp"

#include "proxy/observation/page_parts.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <stdexcept>

namespace midas::internal::proxy {

namespace {

// In the form of Content-Security-Policy.
std::string hash_source(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error{"OpenSSL has no SHA-256"};
  }
  std::array<unsigned char, std::size_t{2} * EVP_MAX_MD_SIZE> encoded{};
  const auto length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
  return "'sha256-" + std::string(encoded.begin(), encoded.begin() + length) + "'";
}

void replace_mark(std::string& in, std::string_view mark, std::string_view by) {
  const auto at = in.find(mark);
  if (at == std::string::npos) {
    throw std::logic_error{"the status page has no " + std::string{mark}};
  }
  in.replace(at, mark.size(), by);
}

}  // namespace

status_page make_status_page(std::string_view html, std::string_view style,
                             std::string_view script) {
  status_page result{std::string{html}};
  replace_mark(result.html, "@STYLE@", style);
  replace_mark(result.html, "@SCRIPT@", script);
  result.policy = "default-src 'none'; style-src " + hash_source(style) + "; script-src " +
                  hash_source(script) +
                  "; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
                  "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types "
                  "'none'";
  return result;
}

const status_page& own_status_page() {
  static const auto result = make_status_page(page_html, page_style, page_script);
  return result;
}

}  // namespace midas::internal::proxy
