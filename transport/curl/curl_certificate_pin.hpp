// Has libcurl trust one certificate and no other, before it sends anything.
#pragma once

#include "messages/http_message.hpp"
#include <midas/error.hpp>

#include <curl/curl.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace midas::internal {

/// What one easy handle trusts. Stays where it is while the handle is in use. Used by the loop's
/// thread only.
class curl_certificate_pin {
 public:
  curl_certificate_pin() = default;
  curl_certificate_pin(const curl_certificate_pin&) = delete;
  curl_certificate_pin& operator=(const curl_certificate_pin&) = delete;

  /// For the next exchange of the handle: the certificate with this digest alone, or, without one,
  /// what the usual authorities vouch for. A pinned exchange has a connection and a TLS session to
  /// itself, since libcurl knows nothing of pins when it looks for one to use again. Throws
  /// std::runtime_error when the libcurl of this process can keep no pin.
  void apply(CURL* handle, const std::optional<sha1_digest>& pin);

  /// Whether the request may go out, now that there is a connection: the last word, whatever the
  /// TLS library has made of the handshake.
  [[nodiscard]] bool allows_request() noexcept;

  /// Whether the exchange ended because of the certificate.
  [[nodiscard]] bool refused() const noexcept { return verdict_ == verdict::refused; }

  /// The error to report then, `name` being the endpoint's.
  [[nodiscard]] error refusal(std::string_view name) const;

  /// Judges the certificate that a server has presented.
  bool accept(const sha1_digest& certificate) noexcept;

 private:
  enum class verdict : std::uint8_t { none, accepted, refused };

  static CURLcode on_context(CURL* handle, void* context, void* self) noexcept;

  std::optional<sha1_digest> pin_;
  std::optional<sha1_digest> presented_;
  verdict verdict_ = verdict::none;
};

/// Whether a libcurl that tells this of its TLS library (curl_version_info) uses the OpenSSL that
/// midas was built with, so that the two may share its objects. Builds with several libraries put
/// those that are not in use between parentheses.
bool uses_our_openssl(std::string_view tls_library);

}  // namespace midas::internal
