// What midas changes about libcurl's use of OpenSSL: a pinned certificate is trusted, and verified
// before any request is sent; session keys are never logged.
#pragma once

#include "messages/http_message.hpp"
#include <midas/error.hpp>

#include <curl/curl.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace midas::internal {

/// The trust of one easy handle. Must not move while the handle is in use: libcurl and OpenSSL keep
/// its address. Used by the loop's thread only.
class curl_certificate_pin {
 public:
  curl_certificate_pin() = default;
  curl_certificate_pin(const curl_certificate_pin&) = delete;
  curl_certificate_pin& operator=(const curl_certificate_pin&) = delete;

  /// To be called once for each handle. Where libcurl uses midas's OpenSSL, connections of the
  /// handle then do not log their keys, whatever SSLKEYLOGFILE says: such a log lets its readers
  /// decrypt tokens. Throws std::runtime_error if libcurl rejects an option.
  void install(CURL* handle);

  /// Sets the trust for the next exchange of the handle: only the certificate with this digest, or,
  /// without a pin, any certificate that the system's authorities signed. A pinned exchange shares
  /// neither its connection nor its TLS session, because libcurl ignores the pin when it looks for
  /// one to reuse. Throws std::runtime_error if this process's libcurl cannot enforce a pin.
  void apply(CURL* handle, const std::optional<sha1_digest>& pin);

  /// To be called once the connection is established: true if the request may be sent. This final
  /// check does not depend on the TLS library's verdict on the handshake.
  [[nodiscard]] bool allows_request() noexcept;

  /// True if the exchange failed because of the certificate.
  [[nodiscard]] bool refused() const noexcept { return verdict_ == verdict::refused; }

  /// The error to report in that case; `name` is that of the endpoint.
  [[nodiscard]] error refusal(std::string_view name) const;

  /// Records the certificate that the server presented; true if it is the pinned one.
  bool accept(const sha1_digest& certificate) noexcept;

 private:
  enum class verdict : std::uint8_t { none, accepted, refused };

  static CURLcode on_context(CURL* handle, void* context, void* self) noexcept;

  std::optional<sha1_digest> pin_;
  std::optional<sha1_digest> presented_;
  verdict verdict_ = verdict::none;
};

/// True if a libcurl with this `ssl_version` (of curl_version_info) uses the OpenSSL release that
/// midas was built with, so that the two may share objects. A libcurl built with several TLS
/// libraries puts the inactive ones in parentheses.
bool uses_our_openssl(std::string_view tls_library);

}  // namespace midas::internal
