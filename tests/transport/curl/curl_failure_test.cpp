// How failures of libcurl are reported.
#include "transport/curl/curl_failure.hpp"

#include "tests/support/catch.hpp"
#include "transport/curl/curl_request_check.hpp"

#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <system_error>

using midas::errc;
using midas::error;
using midas::internal::curl_failure;
using midas::internal::http_request;
using namespace std::chrono_literals;

namespace {

error describe(const curl_failure& failure, const std::string& scheme = "http") {
  http_request request;
  request.url = scheme + "://127.0.0.1:8080/token?resource=hush";
  request.connect_timeout = 2s;
  request.total_timeout = 5s;
  request.max_response_bytes = 1'000;
  auto result = midas::internal::describe(failure, request);
  CHECK(result.message.find(scheme + "://127.0.0.1:8080/token") != std::string::npos);
  CHECK(to_string(result).find("hush") == std::string::npos);
  return result;
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("exhausted memory is an oversized response only while its headers are awaited") {
  const auto header =
      describe({.code = CURLE_OUT_OF_MEMORY, .request_sent = true, .awaits_headers = true});
  CHECK(header.code == errc::response_too_large);
  CHECK(contains(header.message, "1000 bytes"));
  const auto request = describe({.code = CURLE_OUT_OF_MEMORY, .request_sent = true});
  CHECK(request.code == errc::unreachable);
  CHECK(contains(request.message, "memory"));
  CHECK(describe({.code = CURLE_OUT_OF_MEMORY}).code == errc::unreachable);
}

TEST_CASE("a lack of descriptors is named, with advice, whatever libcurl makes of it") {
  const auto code = GENERATE(CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST);
  const auto failure = describe({.code = code, .socket_error = EMFILE});
  CHECK(failure.code == errc::unreachable);
  CHECK(contains(failure.message, "Too many open files"));
  CHECK(contains(failure.advice, "LimitNOFILE"));
  // The limit of the system is not that of the process.
  const auto of_system = describe({.code = code, .socket_error = ENFILE});
  CHECK(contains(of_system.message, "Too many open files in system"));
  CHECK(of_system.advice.empty());
}

TEST_CASE("a missing resource of the system is a failure that no other address avoids") {
  const auto cause = GENERATE(EMFILE, ENFILE, ENOBUFS, ENOMEM);
  const auto failure = describe(
      {.code = CURLE_COULDNT_CONNECT, .system_error = ECONNREFUSED, .socket_error = cause});
  CHECK(contains(failure.message, "no socket"));
  CHECK(contains(failure.message, std::generic_category().message(cause)));
}

TEST_CASE("a socket that an address family does not provide leaves the reason to libcurl") {
  const auto failure = describe(
      {.code = CURLE_COULDNT_CONNECT, .system_error = ECONNREFUSED, .socket_error = EAFNOSUPPORT});
  CHECK(contains(failure.message, "Connection refused"));
  CHECK(contains(failure.advice, "on that port of this machine"));
  // A socket that was missing for an earlier address does not matter once the request was sent.
  const auto lost =
      describe({.code = CURLE_GOT_NOTHING, .socket_error = EMFILE, .request_sent = true});
  CHECK(lost.code == errc::connection_lost);
}

TEST_CASE("a refused connection is advised on by where it was refused") {
  http_request request;
  request.url = "http://10.1.2.3/token";
  const curl_failure refused{.code = CURLE_COULDNT_CONNECT, .system_error = ECONNREFUSED};
  const auto elsewhere = midas::internal::describe(refused, request);
  CHECK(contains(elsewhere.advice, "only on an Azure host"));
  CHECK(contains(describe(refused).advice, "on that port of this machine"));
}

TEST_CASE("the system's reason is given only for failures that have one") {
  const auto reset =
      describe({.code = CURLE_RECV_ERROR, .system_error = ECONNRESET, .request_sent = true});
  CHECK(contains(reset.message, "Connection reset by peer"));
  // libcurl never clears its errno.
  const auto empty =
      describe({.code = CURLE_GOT_NOTHING, .system_error = ECONNRESET, .request_sent = true});
  CHECK(contains(empty.message, curl_easy_strerror(CURLE_GOT_NOTHING)));
  const auto unknown = describe({.code = CURLE_SEND_ERROR, .request_sent = true});
  CHECK(contains(unknown.message, curl_easy_strerror(CURLE_SEND_ERROR)));
}

TEST_CASE("a lookup that cannot start its thread differs from an unknown name") {
  const auto failure = describe(
      {.code = CURLE_COULDNT_RESOLVE_HOST, .detail = "getaddrinfo() thread failed to start"});
  CHECK(failure.code == errc::unreachable);
  CHECK(contains(failure.message, "no thread"));
  CHECK(contains(failure.advice, "TasksMax"));
  const auto unknown =
      describe({.code = CURLE_COULDNT_RESOLVE_HOST, .detail = "Could not resolve host: x"});
  CHECK(contains(unknown.message, "cannot be resolved"));
}

TEST_CASE("a timeout names the one that passed: to connect, or to answer") {
  const auto connecting = describe({.code = CURLE_OPERATION_TIMEDOUT});
  CHECK(connecting.code == errc::unreachable);
  CHECK(contains(connecting.message, "within 2 s"));
  const auto answering = describe({.code = CURLE_OPERATION_TIMEDOUT, .request_sent = true});
  CHECK(answering.code == errc::request_timeout);
  CHECK(contains(answering.message, "within 5 s"));
}

TEST_CASE("a timeout does not suspect that nothing listens, which would be a refusal") {
  const auto plain = describe({.code = CURLE_OPERATION_TIMEDOUT});
  CHECK(contains(plain.advice, "still accepts connections"));
  // A server of plain http waits for the rest of a request.
  const auto tls = describe({.code = CURLE_OPERATION_TIMEDOUT}, "https");
  CHECK(contains(tls.message, "no connection"));
  CHECK(contains(tls.advice, "speaks https, not plain http"));
  const auto answering = describe({.code = CURLE_OPERATION_TIMEDOUT, .request_sent = true});
  CHECK(contains(answering.advice, "accepts connections at this address but does not answer"));
}

TEST_CASE(
    "a server that speaks http instead of https, or vice versa, is recognized by what it sends") {
  const auto* const words =
      GENERATE("error:0A00010B:SSL routines::wrong version number",
               "gnutls_handshake() failed: An unexpected TLS packet was received.");
  const auto plain = describe({.code = CURLE_SSL_CONNECT_ERROR, .detail = words}, "https");
  CHECK(contains(plain.message, words));
  CHECK(contains(plain.advice, "plain http"));
  CHECK_FALSE(contains(plain.advice, "certificate"));
  const auto untrusted = describe(
      {.code = CURLE_PEER_FAILED_VERIFICATION, .detail = "certificate has expired"}, "https");
  CHECK(contains(untrusted.advice, "trusts the certificate"));
  const auto odd = describe({.code = CURLE_UNSUPPORTED_PROTOCOL, .request_sent = true});
  CHECK(contains(odd.advice, "not https"));
}

TEST_CASE("a lost connection has advice, by how much of the answer had come") {
  const auto before =
      describe({.code = CURLE_GOT_NOTHING, .request_sent = true, .awaits_headers = true});
  CHECK(contains(before.advice, "Try again. Check that the address"));
  const auto within = describe({.code = CURLE_PARTIAL_FILE, .request_sent = true});
  CHECK(contains(within.advice, "the answer was cut off"));
}

TEST_CASE("an oversized response is reported as such, whichever code ended the exchange") {
  for (const auto code : {CURLE_WRITE_ERROR, CURLE_OUT_OF_MEMORY, CURLE_RECV_ERROR}) {
    CHECK(describe({.code = code, .request_sent = true, .too_large = true}).code ==
          errc::response_too_large);
  }
  CHECK(describe({.code = CURLE_FILESIZE_EXCEEDED, .request_sent = true}).code ==
        errc::response_too_large);
}

TEST_CASE("text from a certificate is printed without control characters, and cut") {
  const auto failure = describe(
      {.code = CURLE_SSL_CONNECT_ERROR, .detail = "a name\x1b[2J\r\nX" + std::string(1'000, 'x')});
  CHECK(failure.code == errc::unreachable);
  CHECK(contains(failure.message, "a name?[2J??X"));
  CHECK(failure.message.size() < 300);
}
