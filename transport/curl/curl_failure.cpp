#include "transport/curl/curl_failure.hpp"

#include "messages/make_error.hpp"
#include "transport/curl/curl_request_check.hpp"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

namespace midas::internal {

namespace {

constexpr const char* listening_advice =
    "Is something listening there? An address like 169.254.169.254 answers on an Azure host only";
constexpr const char* certificate_advice =
    "Check that the address is https, and that the certificate is one that this machine trusts";
constexpr const char* not_http_advice = "Check that the address is that of an identity endpoint";

error make(errc code, std::string message, std::string advice = {}) {
  return std::move(make_error(code, std::move(message), std::move(advice)));
}

std::string milliseconds(std::chrono::milliseconds time) {
  return std::to_string(time.count()) + " ms";
}

// TLS libraries quote names out of certificates.
std::string printable(std::string_view text) {
  std::string result{text.substr(0, 200)};
  std::ranges::replace_if(
      result, [](char c) { return c < 0x20 || c == 0x7f; }, '?');
  return result;
}

// A text of libcurl's or of the system's; never one of the peer's.
std::string reason(const curl_failure& failure) {
  const auto is_of_the_network = failure.code == CURLE_COULDNT_CONNECT ||
                                 failure.code == CURLE_RECV_ERROR ||
                                 failure.code == CURLE_SEND_ERROR;
  return is_of_the_network && failure.system_error != 0
             ? std::generic_category().message(failure.system_error)
             : curl_easy_strerror(failure.code);
}

error timed_out(const curl_failure& failure, const http_request& request, const std::string& name) {
  if (failure.request_sent) {
    return make(errc::request_timeout,
                name + " did not answer in full within " + milliseconds(request.total_timeout));
  }
  return make(errc::unreachable,
              "no connection to " + name + " within " +
                  milliseconds(std::min(request.connect_timeout, request.total_timeout)),
              listening_advice);
}

error too_large(const http_request& request, const std::string& name) {
  return make(errc::response_too_large,
              "the response of " + name + " is larger than " +
                  std::to_string(request.max_response_bytes) + " bytes",
              not_http_advice);
}

error lost(const curl_failure& failure, const std::string& name) {
  return make(errc::connection_lost,
              name + " closed the connection before its response was complete: " + reason(failure));
}

error no_http(const std::string& name) {
  return make(errc::invalid_http, "what " + name + " answered is not HTTP/1.1", not_http_advice);
}

error tls_failed(const curl_failure& failure, const std::string& name) {
  const auto why = failure.detail.empty() ? reason(failure) : printable(failure.detail);
  return make(errc::unreachable, "no TLS connection to " + name + ": " + why, certificate_advice);
}

}  // namespace

error describe(const curl_failure& failure, const http_request& request) {
  const auto name = endpoint_name(request.url);
  if (failure.too_large) {
    return too_large(request, name);
  }
  switch (failure.code) {
    case CURLE_URL_MALFORMAT:
      return make(errc::invalid_endpoint, "the URL " + name + " is malformed",
                  "Give an endpoint such as http://169.254.169.254");
    case CURLE_OPERATION_TIMEDOUT:
      return timed_out(failure, request, name);
    case CURLE_COULDNT_RESOLVE_HOST:
      return make(errc::unreachable, "no connection to " + name + ": its name cannot be resolved",
                  "Check its spelling, or give an IP address");
    case CURLE_COULDNT_CONNECT:
      return make(errc::unreachable, "no connection to " + name + ": " + reason(failure),
                  listening_advice);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_USE_SSL_FAILED:
      return tls_failed(failure, name);
    case CURLE_FILESIZE_EXCEEDED:
      return too_large(request, name);
#if LIBCURL_VERSION_NUM >= 0x080600
    case CURLE_TOO_LARGE:
      return too_large(request, name);
#endif
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_HTTP2:
      return no_http(name);
    case CURLE_RECV_ERROR:
      // The one failure to receive that is none of the network's has no code of its own.
      if (failure.detail.find("chunked-encoding") != std::string_view::npos) {
        return no_http(name);
      }
      break;
    default:
      break;
  }
  return failure.request_sent
             ? lost(failure, name)
             : make(errc::unreachable, "no connection to " + name + ": " + reason(failure),
                    listening_advice);
}

}  // namespace midas::internal
