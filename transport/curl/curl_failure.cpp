#include "transport/curl/curl_failure.hpp"

#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "messages/time_text.hpp"
#include "transport/curl/curl_failure_kind.hpp"
#include "transport/curl/curl_request_check.hpp"
#include "transport/formats/url.hpp"
#include "transport/responses/body_description.hpp"

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
constexpr const char* plain_http_advice =
    "The server seems to speak plain http on this port: use an http address, or the port of https";
constexpr const char* other_protocol_advice =
    "Check that the address is that of an identity endpoint, and that this port speaks http, not "
    "https";

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

// Nothing refused the connection.
std::string silence_advice(std::string_view url) {
  const auto parts = parse_url(url);
  if (parts && is_loopback(parts->host)) {
    return is_https(url)
               ? "Check that the server at that port speaks https, not plain http, and that it "
                 "still accepts connections"
               : "Check that the server at that port still accepts connections, or correct the "
                 "address";
  }
  return "Check that a server listens there, and that no firewall drops the packets; "
         "169.254.169.254 answers only on an Azure host";
}

std::string system_message(int error) { return std::generic_category().message(error); }

// A text of libcurl or the system, never of the peer.
std::string reason(const curl_failure& failure) {
  const auto is_network_failure = failure.code == CURLE_COULDNT_CONNECT ||
                                  failure.code == CURLE_RECV_ERROR ||
                                  failure.code == CURLE_SEND_ERROR;
  return is_network_failure && failure.system_error != 0 ? system_message(failure.system_error)
                                                         : curl_easy_strerror(failure.code);
}

// OpenSSL's and GnuTLS's words for bytes that are not those of TLS.
bool met_no_tls(const curl_failure& failure) noexcept {
  return mentions(failure, "wrong version number") || mentions(failure, "unknown protocol") ||
         mentions(failure, "packet length too long") || mentions(failure, "unexpected TLS packet");
}

bool has_proxy(const http_request& request) noexcept {
  return request.internet != nullptr && !request.internet->proxy.empty();
}

error timed_out(const curl_failure& failure, const http_request& request, const std::string& name) {
  if (failure.request_sent) {
    return make_error(errc::request_timeout,
                      concat({name, " did not complete its answer within ",
                              duration_text(request.total_timeout)}),
                      no_answer_advice);
  }
  const auto limit = duration_text(std::min(request.connect_timeout, request.total_timeout));
  return make_error(errc::unreachable, concat({"no connection to ", name, " within ", limit}),
                    silence_advice(request.url));
}

// " through the proxy that HTTPS_PROXY names"; empty without a proxy.
std::string way_of(const http_request& request) {
  return has_proxy(request)
             ? concat({" through the proxy that ", request.internet->proxy_origin, " names"})
             : std::string{};
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
  if (met_no_tls(failure)) {
    return make_error(errc::unreachable, concat({"no TLS connection to ", name, ": ", why}),
                      plain_http_advice);
  }
  const bool is_given = request.internet != nullptr && !request.internet->ca_pem.empty();
  return make_error(errc::unreachable, concat({"no TLS connection to ", name, ": ", why}),
                    is_given
                        ? concat({"Check that ", request.internet->ca_origin,
                                  " has the authority that signed the server's certificate, and "
                                  "that AZURE_KUBERNETES_SNI_NAME is the server's name"})
                        : certificate_advice);
}

// A server of https that receives plain http also closes the connection, or answers with bytes that
// are not HTTP.
const char* advice_on_protocol(const http_request& request) noexcept {
  return is_https(request.url) ? endpoint_advice : other_protocol_advice;
}

error lost(const curl_failure& failure, const http_request& request, const std::string& name) {
  return make_error(
      errc::connection_lost,
      concat({name, " closed the connection before its response was complete: ", reason(failure)}),
      failure.awaits_headers ? concat({"Try again. ", advice_on_protocol(request)})
                             : std::string{advice_on_truncation});
}

}  // namespace

error describe(const curl_failure& failure, const http_request& request) {
  const auto name = endpoint_name(request.url);
  switch (kind_of(failure)) {
    case failure_kind::malformed_url:
      return make_error(errc::invalid_endpoint, concat({"the URL ", name, " is malformed"}),
                        "Use an endpoint such as http://169.254.169.254");
    case failure_kind::no_socket:
      return no_descriptor("the connection to " + name, failure.socket_error);
    case failure_kind::no_thread:
      return no_thread("the lookup of the name in " + name, EAGAIN);
    case failure_kind::no_memory:
      return make_error(errc::unreachable, "not enough memory to send the request to " + name);
    case failure_kind::timeout:
      return timed_out(failure, request, name);
    case failure_kind::unresolved:
      return make_error(errc::unreachable,
                        concat({"no connection to ", name, ": the host name cannot be resolved"}),
                        "Check its spelling, and that this machine reaches its DNS server");
    case failure_kind::refused:
      return not_connected(failure, request, name);
    case failure_kind::proxy:
      return proxy_failed(failure, request, name);
    case failure_kind::authorities:
      return authorities_failed(request, name);
    case failure_kind::encoding:
      return not_decoded(failure, name);
    case failure_kind::tls:
      return tls_failed(failure, request, name);
    case failure_kind::too_large:
      return make_error(errc::response_too_large,
                        concat({"the response of ", name, " is larger than ",
                                std::to_string(request.max_response_bytes), " bytes"}),
                        endpoint_advice);
    case failure_kind::not_http:
      return make_error(errc::invalid_http, concat({"the response of ", name, " is not HTTP/1.1"}),
                        advice_on_protocol(request));
    case failure_kind::other:
      break;
  }
  return failure.request_sent ? lost(failure, request, name)
                              : not_connected(failure, request, name);
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
