#include "transport/curl/curl_failure_kind.hpp"

#include <cerrno>

namespace midas::internal {

namespace {

// The system has no more sockets. Any other reason is one of the address, and libcurl tries all
// addresses of a name.
bool is_exhausted(int socket_error) noexcept {
  return socket_error == EMFILE || socket_error == ENFILE || socket_error == ENOBUFS ||
         socket_error == ENOMEM;
}

}  // namespace

bool mentions(const curl_failure& failure, std::string_view text) noexcept {
  return failure.detail.find(text) != std::string_view::npos;
}

failure_kind kind_of(const curl_failure& failure) {
  if (failure.too_large) {
    return failure_kind::too_large;
  }
  if (!failure.request_sent && is_exhausted(failure.socket_error)) {
    return failure_kind::no_socket;
  }
  switch (failure.code) {
    case CURLE_URL_MALFORMAT:
      return failure_kind::malformed_url;
    case CURLE_OPERATION_TIMEDOUT:
      return failure_kind::timeout;
    case CURLE_COULDNT_RESOLVE_HOST:
      return mentions(failure, "thread failed to start") ? failure_kind::no_thread
                                                         : failure_kind::unresolved;
    case CURLE_COULDNT_CONNECT:
      return failure_kind::refused;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
      return failure_kind::proxy;
    case CURLE_SSL_CACERT_BADFILE:
      return failure_kind::authorities;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_USE_SSL_FAILED:
      return failure_kind::tls;
    case CURLE_OUT_OF_MEMORY:
      // libcurl reports an overlong line of the header block this way.
      return failure.awaits_headers ? failure_kind::too_large : failure_kind::no_memory;
    case CURLE_FILESIZE_EXCEEDED:
#if LIBCURL_VERSION_NUM >= 0x080600
    case CURLE_TOO_LARGE:
#endif
      return failure_kind::too_large;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
      return failure_kind::not_http;
    case CURLE_BAD_CONTENT_ENCODING:
      return failure_kind::encoding;
    case CURLE_RECV_ERROR:
      if (!failure.request_sent && mentions(failure, "CONNECT")) {
        return failure_kind::proxy;
      }
      // Malformed chunked encoding has no code of its own.
      return mentions(failure, "chunked-encoding") ? failure_kind::not_http : failure_kind::other;
    default:
      return failure_kind::other;
  }
}

}  // namespace midas::internal
