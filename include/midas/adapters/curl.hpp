// Tokens for programs that use libcurl: sends one with the transfers of an easy handle. Link
// midas::curl.
#pragma once

#include <midas/access_token.hpp>
#include <midas/sensitive_string.hpp>

#include <curl/curl.h>

namespace midas {

/// Sends `Authorization: Bearer ...` with the HTTP transfers of an easy handle, as long as this
/// object exists:
///
///   const midas::curl_bearer bearer{easy, *token};
///   if (bearer.code() == CURLE_OK) { curl_easy_perform(easy); }
///
/// The token goes to the host, port and scheme of the URL only. On a redirect to another, libcurl
/// omits it: the constructor turns off the two options that would change that,
/// CURLOPT_UNRESTRICTED_AUTH and CURLOPT_NETRC (CVE-2026-3783). The other options,
/// CURLOPT_HTTPHEADER among them, are the application's.
///
/// The destructor makes libcurl free its copy of the token, and sets CURLOPT_HTTPAUTH to its
/// default. The easy handle must exist until then, and be used as libcurl requires: by one thread
/// at a time, and not during a transfer. A handle can have one curl_bearer at a time: destroy the
/// first before you create the second, or the first removes the token of the second. After
/// curl_easy_reset(), no token is sent.
class curl_bearer {
 public:
  /// Throws only std::bad_alloc; see code().
  curl_bearer(CURL* easy, const access_token& token) : easy_(easy), code_(set(easy, token)) {}
  curl_bearer(const curl_bearer&) = delete;
  curl_bearer& operator=(const curl_bearer&) = delete;
  ~curl_bearer() {
    if (code_ == CURLE_OK) {
      clear(easy_);
    }
  }

  /// CURLE_OK if the token will be sent. CURLE_BAD_FUNCTION_ARGUMENT if `easy` is null, the token
  /// is empty, or its type is not Bearer. CURLE_OUT_OF_MEMORY, or an error of curl_easy_setopt().
  [[nodiscard]] CURLcode code() const noexcept { return code_; }

 private:
  static CURLcode set(CURL* easy, const access_token& token) {
    if (easy == nullptr || token.empty() ||
        curl_strequal(token.token_type().c_str(), "Bearer") == 0) {
      return CURLE_BAD_FUNCTION_ARGUMENT;
    }
    // libcurl copies the text, which must end with a zero.
    const sensitive_string text{token.token().reveal()};
    for (const auto code : {curl_easy_setopt(easy, CURLOPT_UNRESTRICTED_AUTH, 0L),
                            curl_easy_setopt(easy, CURLOPT_NETRC, long{CURL_NETRC_IGNORED}),
                            curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BEARER),
                            curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, text.c_str())}) {
      if (code != CURLE_OK) {
        clear(easy);
        return code;
      }
    }
    return CURLE_OK;
  }

  static void clear(CURL* easy) noexcept {
    curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, nullptr);
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
  }

  CURL* easy_;
  CURLcode code_;
};

}  // namespace midas
