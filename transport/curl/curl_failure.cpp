#include "transport/curl/curl_failure.hpp"

#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "messages/time_text.hpp"
#include "transport/curl/curl_request_check.hpp"
#include "transport/formats/url.hpp"

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace midas::internal {

namespace {

constexpr const char* certificate_advice =
    "Check that the address is an https address, and that this machine trusts the certificate; for "
    "Microsoft Entra ID, SSL_CERT_FILE or ca_file (--ca-file) may name certificate authorities";
constexpr const char* files_advice =
    "Raise the limit of open files of this process (ulimit -n, LimitNOFILE=), or close some";
constexpr const char* threads_advice =
    "There are too few threads: raise TasksMax=, pids.max or RLIMIT_NPROC of this process";
constexpr const char* endpoint_advice = "Check that the address is that of an identity endpoint";

// The kinds of failure, each with a message of its own.
enum class kind {
  malformed_url,
  no_socket,
  no_thread,
  no_memory,
  timeout,
  unresolved,
  refused,
  proxy,
  authorities,
  tls,
  too_large,
  encoding,
  not_http,
  other
};

// TLS libraries quote names from certificates.
std::string printable(std::string_view text) {
  std::string result{text.substr(0, 200)};
  std::ranges::replace_if(
      result, [](char c) { return c < 0x20 || c == 0x7f; }, '?');
  return result;
}

std::string listening_advice(std::string_view url) {
  const auto parts = parse_url(url);
  return parts && is_loopback(parts->host)
             ? "Nothing listens on that port of this machine: start the server, or correct the "
               "address"
             : "Check that a server listens there; 169.254.169.254 answers only on an Azure host";
}

std::string system_message(int error) { return std::generic_category().message(error); }

// The system has no more sockets. Any other reason is one of the address, and libcurl tries all
// addresses of a name.
bool is_exhausted(int socket_error) noexcept {
  return socket_error == EMFILE || socket_error == ENFILE || socket_error == ENOBUFS ||
         socket_error == ENOMEM;
}

bool mentions(const curl_failure& failure, std::string_view text) noexcept {
  return failure.detail.find(text) != std::string_view::npos;
}

kind kind_of(const curl_failure& failure) {
  if (failure.too_large) {
    return kind::too_large;
  }
  if (!failure.request_sent && is_exhausted(failure.socket_error)) {
    return kind::no_socket;
  }
  switch (failure.code) {
    case CURLE_URL_MALFORMAT:
      return kind::malformed_url;
    case CURLE_OPERATION_TIMEDOUT:
      return kind::timeout;
    case CURLE_COULDNT_RESOLVE_HOST:
      return mentions(failure, "thread failed to start") ? kind::no_thread : kind::unresolved;
    case CURLE_COULDNT_CONNECT:
      return kind::refused;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
      return kind::proxy;
    case CURLE_SSL_CACERT_BADFILE:
      return kind::authorities;
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
      return kind::tls;
    case CURLE_OUT_OF_MEMORY:
      // libcurl reports an overlong line of the header block this way.
      return failure.awaits_headers ? kind::too_large : kind::no_memory;
    case CURLE_FILESIZE_EXCEEDED:
#if LIBCURL_VERSION_NUM >= 0x080600
    case CURLE_TOO_LARGE:
#endif
      return kind::too_large;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
      return kind::not_http;
    case CURLE_BAD_CONTENT_ENCODING:
      return kind::encoding;
    case CURLE_RECV_ERROR:
      if (!failure.request_sent && mentions(failure, "CONNECT")) {
        return kind::proxy;
      }
      // Malformed chunked encoding has no code of its own.
      return mentions(failure, "chunked-encoding") ? kind::not_http : kind::other;
    default:
      return kind::other;
  }
}

// A text of libcurl or the system, never of the peer.
std::string reason(const curl_failure& failure) {
  const auto is_network_failure = failure.code == CURLE_COULDNT_CONNECT ||
                                  failure.code == CURLE_RECV_ERROR ||
                                  failure.code == CURLE_SEND_ERROR;
  return is_network_failure && failure.system_error != 0 ? system_message(failure.system_error)
                                                         : curl_easy_strerror(failure.code);
}

error timed_out(const curl_failure& failure, const http_request& request, const std::string& name) {
  if (failure.request_sent) {
    return make_error(errc::request_timeout, concat({name, " did not complete its answer within ",
                                                     duration_text(request.total_timeout)}));
  }
  return make_error(
      errc::unreachable,
      concat({"no connection to ", name, " within ",
              duration_text(std::min(request.connect_timeout, request.total_timeout))}),
      listening_advice(request.url));
}

// " through the proxy that HTTPS_PROXY names"; empty without a proxy.
std::string way_of(const http_request& request) {
  return request.internet == nullptr || request.internet->proxy.empty()
             ? std::string{}
             : concat({" through the proxy that ", request.internet->proxy_origin, " names"});
}

error not_connected(const curl_failure& failure, const http_request& request,
                    const std::string& name) {
  return make_error(errc::unreachable,
                    concat({"no connection to ", name, way_of(request), ": ", reason(failure)}),
                    listening_advice(request.url));
}

error proxy_failed(const curl_failure& failure, const http_request& request,
                   const std::string& name) {
  const auto why = failure.detail.empty() ? reason(failure) : printable(failure.detail);
  return make_error(errc::unreachable,
                    concat({"no connection to ", name, way_of(request), ": ", why}),
                    "Check the address and the rights of the proxy; NO_PROXY excludes hosts");
}

error authorities_failed(const http_request& request, const std::string& name) {
  const bool is_given = request.internet != nullptr && !request.internet->ca_origin.empty();
  return make_error(
      errc::invalid_configuration,
      concat({"no TLS connection to ", name, ": the certificate authorities in ",
              (is_given ? request.internet->ca_origin : "this system's files"), " cannot be read"}),
      is_given ? "Name a readable file in PEM, or a directory of such files"
               : "Install the system's certificate authorities (ca-certificates)");
}

error not_decoded(const curl_failure& failure, const std::string& name) {
  return make_error(
      errc::invalid_http,
      concat({"the response of ", name,
              " is compressed (Content-Encoding), and cannot be decoded: ",
              (failure.detail.empty() ? reason(failure) : printable(failure.detail))}),
      "Check for a proxy in between that compresses answers");
}

error tls_failed(const curl_failure& failure, const http_request& request,
                 const std::string& name) {
  const auto why = failure.detail.empty() ? reason(failure) : printable(failure.detail);
  const bool is_given = request.internet != nullptr && !request.internet->ca_pem.empty();
  return make_error(errc::unreachable, concat({"no TLS connection to ", name, ": ", why}),
                    is_given
                        ? concat({"Check that ", request.internet->ca_origin,
                                  " has the authority that signed the server's certificate, and "
                                  "that AZURE_KUBERNETES_SNI_NAME is the server's name"})
                        : certificate_advice);
}

error lost(const curl_failure& failure, const std::string& name) {
  return make_error(
      errc::connection_lost,
      concat({name, " closed the connection before its response was complete: ", reason(failure)}));
}

}  // namespace

error describe(const curl_failure& failure, const http_request& request) {
  const auto name = endpoint_name(request.url);
  switch (kind_of(failure)) {
    case kind::malformed_url:
      return make_error(errc::invalid_endpoint, concat({"the URL ", name, " is malformed"}),
                        "Use an endpoint such as http://169.254.169.254");
    case kind::no_socket:
      return no_descriptor("the connection to " + name, failure.socket_error);
    case kind::no_thread:
      return no_thread("the lookup of the name in " + name, EAGAIN);
    case kind::no_memory:
      return make_error(errc::unreachable, "not enough memory to send the request to " + name);
    case kind::timeout:
      return timed_out(failure, request, name);
    case kind::unresolved:
      return make_error(errc::unreachable,
                        concat({"no connection to ", name, ": the host name cannot be resolved"}),
                        "Check its spelling, and that this machine reaches its DNS server");
    case kind::refused:
      return not_connected(failure, request, name);
    case kind::proxy:
      return proxy_failed(failure, request, name);
    case kind::authorities:
      return authorities_failed(request, name);
    case kind::encoding:
      return not_decoded(failure, name);
    case kind::tls:
      return tls_failed(failure, request, name);
    case kind::too_large:
      return make_error(errc::response_too_large,
                        concat({"the response of ", name, " is larger than ",
                                std::to_string(request.max_response_bytes), " bytes"}),
                        endpoint_advice);
    case kind::not_http:
      return make_error(errc::invalid_http, concat({"the response of ", name, " is not HTTP/1.1"}),
                        endpoint_advice);
    case kind::other:
      break;
  }
  return failure.request_sent ? lost(failure, name) : not_connected(failure, request, name);
}

error no_thread(const std::string& user, int system_error) {
  return make_error(errc::unreachable,
                    concat({"no thread for ", user, ": ", system_message(system_error)}),
                    threads_advice);
}

error no_descriptor(const std::string& user, int system_error) {
  return make_error(errc::unreachable,
                    concat({"no socket for ", user, ": ", system_message(system_error)}),
                    system_error == EMFILE ? files_advice : "");
}

}  // namespace midas::internal
