// How the loop handles servers that misbehave.
#include "tests/support/catch.hpp"
#include "tests/support/exchanges.hpp"
#include "tests/support/raw_server.hpp"
#include "transport/curl/curl_multi_loop.hpp"

#include <curl/curl.h>

#include <string>
#include <string_view>

using midas::errc;
using midas::internal::curl_multi_loop;
using midas::internal::http_request;
using namespace midas::internal::test;
using namespace std::chrono_literals;

namespace {

http_outcome ask(const raw_server& server, std::chrono::milliseconds total_timeout = 30s,
                 std::size_t max_response_bytes = 4096) {
  curl_multi_loop loop;
  auto request = get_request(server.url() + "/path?query=hush");
  request.headers.push_back({"X-IDENTITY-HEADER", "hush"});
  request.total_timeout = total_timeout;
  request.max_response_bytes = max_response_bytes;
  return exchange(loop, std::move(request));
}

void check_failure(const http_outcome& outcome, errc code, const raw_server& server) {
  REQUIRE_FALSE(outcome);
  CAPTURE(to_string(outcome.error()));
  CHECK(outcome.error().code == code);
  CHECK(outcome.error().message.find(server.url() + "/path") != std::string::npos);
  CHECK(to_string(outcome.error()).find("hush") == std::string::npos);
}

// Sends `start` and then `more` again and again until the client closes.
raw_server::script answer_endlessly(std::string start, std::string more) {
  return [start = std::move(start), more = std::move(more)](raw_connection& connection) {
    connection.read_request();
    connection.send(start);
    while (connection.send(more)) {
    }
  };
}

struct wire_case {
  const char* what;
  errc code;
  std::string_view bytes;
};

}  // namespace

TEST_CASE("an answer that is cut short or missing is a lost connection") {
  const auto item = GENERATE(
      wire_case{"nothing", errc::connection_lost, ""},
      wire_case{"half a status line", errc::connection_lost, "HTTP/1.1 2"},
      wire_case{"a status line", errc::connection_lost, "HTTP/1.1 200 OK\r\n"},
      wire_case{"half a header", errc::connection_lost, "HTTP/1.1 200 OK\r\nContent-Le"},
      wire_case{"an unterminated header block", errc::connection_lost,
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"},
      wire_case{"an interim response", errc::connection_lost, "HTTP/1.1 100 Continue\r\n\r\n"},
      wire_case{"half a body", errc::connection_lost,
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabcde"},
      wire_case{"no body", errc::connection_lost, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"},
      wire_case{"half a chunk", errc::connection_lost,
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nabcde"},
      wire_case{"chunks without the last one", errc::connection_lost,
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n"});
  CAPTURE(item.what);
  raw_server server{answer_and_close(std::string{item.bytes})};
  const auto outcome = ask(server);
  check_failure(outcome, item.code, server);
  CHECK(outcome.error().message.find(curl_easy_strerror(CURLE_OK)) == std::string::npos);
}

TEST_CASE("an answer that is not HTTP/1.1 has an error code of its own") {
  const auto item = GENERATE(
      wire_case{"another protocol", errc::invalid_http, "SSH-2.0-OpenSSH_9.2\r\n"},
      wire_case{"HTTP/0.9", errc::invalid_http, "{\"access_token\":\"eyJ0\"}"},
      wire_case{"HTTP/2 in plain text", errc::invalid_http,
                "HTTP/2 200\r\nContent-Length: 0\r\n\r\n"},
      wire_case{"HTTP/3.1", errc::invalid_http, "HTTP/3.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
      wire_case{"a status in words", errc::invalid_http,
                "HTTP/1.1 fine\r\nContent-Length: 0\r\n\r\n"},
      wire_case{"a status of two digits", errc::invalid_http,
                "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n"},
      wire_case{"status zero", errc::invalid_http,
                "HTTP/1.1 000 Zero\r\nContent-Length: 0\r\n\r\n"},
      wire_case{"a protocol switch that the request did not offer", errc::invalid_http,
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\nabc"},
      wire_case{"an invalid length", errc::invalid_http,
                "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nabc"},
      wire_case{"a negative length", errc::invalid_http,
                "HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\nabc"},
      wire_case{"an invalid chunk size", errc::invalid_http,
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n"},
      wire_case{"zeros", errc::invalid_http, {"\0\0\0\0\0\0\0\0\0\0\0\0", 12}});
  CAPTURE(item.what);
  raw_server server{answer_and_close(std::string{item.bytes})};
  check_failure(ask(server), item.code, server);
}

TEST_CASE("a connection that is reset is lost, before and during the answer") {
  const auto* const sent = GENERATE("", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  raw_server server{[sent](raw_connection& connection) {
    connection.read_request();
    connection.send(sent);
    connection.reset();
  }};
  check_failure(ask(server), errc::connection_lost, server);
}

TEST_CASE("a body over the limit ends the exchange, however it is framed") {
  const auto chunk = "400\r\n" + std::string(1024, 'x') + "\r\n";
  SECTION("endless chunks") {
    raw_server server{
        answer_endlessly("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunk)};
    check_failure(ask(server), errc::response_too_large, server);
  }
  SECTION("delimited by the end of the connection") {
    raw_server server{answer_endlessly("HTTP/1.1 200 OK\r\n\r\n", chunk)};
    check_failure(ask(server), errc::response_too_large, server);
  }
  SECTION("an announced length over the limit, without a body") {
    raw_server server{[](raw_connection& connection) {
      connection.read_request();
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4097\r\n\r\n");
      connection.wait_for_end();
    }};
    check_failure(ask(server), errc::response_too_large, server);
  }
  SECTION("a body of exactly the limit is accepted") {
    raw_server server{answer_and_close(ok_response(std::string(4096, 'x')))};
    const auto outcome = ask(server);
    REQUIRE(outcome);
    CHECK(outcome->body.size() == 4096);
  }
}

TEST_CASE("headers over the limit end the exchange, however they are sent") {
  SECTION("many headers") {
    raw_server server{answer_endlessly("HTTP/1.1 200 OK\r\n", "X-Header: value\r\n")};
    check_failure(ask(server), errc::response_too_large, server);
  }
  SECTION("one header, longer than libcurl accepts") {
    raw_server server{answer_endlessly("HTTP/1.1 200 OK\r\nX-Header: ", std::string(1000, 'x'))};
    check_failure(ask(server), errc::response_too_large, server);
    check_failure(ask(server, 30s, 1U << 20U), errc::response_too_large, server);
  }
  SECTION("many headers, with a limit above libcurl's own") {
    raw_server server{answer_endlessly("HTTP/1.1 200 OK\r\n", "X-Header: value\r\n")};
    check_failure(ask(server, 30s, 1U << 20U), errc::response_too_large, server);
  }
  SECTION("headers of interim responses") {
    raw_server server{answer_endlessly("", "HTTP/1.1 100 Continue\r\n\r\n")};
    check_failure(ask(server), errc::response_too_large, server);
  }
  SECTION("trailers after the body") {
    raw_server server{
        answer_endlessly("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n",
                         "X-Trailer: value\r\n")};
    check_failure(ask(server), errc::response_too_large, server);
  }
}

TEST_CASE("an exchange with a silent or slow server ends at the total timeout") {
  SECTION("silent") {
    raw_server server{[](raw_connection& connection) { connection.wait_for_end(); }};
    check_failure(ask(server, 50ms), errc::request_timeout, server);
    server.wait_until_ended(1);
  }
  SECTION("one byte at a time") {
    raw_server server{[](raw_connection& connection) {
      connection.read_request();
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
      while (!connection.wait_for_end(5) && connection.send("x")) {
      }
    }};
    check_failure(ask(server, 100ms), errc::request_timeout, server);
    server.wait_until_ended(1);
  }
}

TEST_CASE("a port without a listener is unreachable, and the error gives advice") {
  curl_multi_loop loop;
  const auto url = "http://127.0.0.1:" + std::to_string(closed_port());
  const auto outcome = get(loop, url + "/path");
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::unreachable);
  CHECK(outcome.error().message == "no connection to " + url + "/path: Connection refused");
  CHECK_FALSE(outcome.error().advice.empty());
}

TEST_CASE("a server without TLS is unreachable by https") {
  raw_server server{[](raw_connection& connection) {
    connection.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    connection.wait_for_end();
  }};
  curl_multi_loop loop;
  const auto outcome = get(loop, "https://127.0.0.1:" + std::to_string(server.port()) + "/");
  REQUIRE_FALSE(outcome);
  CAPTURE(to_string(outcome.error()));
  CHECK(outcome.error().code == errc::unreachable);
}

TEST_CASE("an error describes its own failure, not an earlier one") {
  raw_server server{answer_and_close(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n")};
  curl_multi_loop loop;
  const auto refused = get(loop, "http://127.0.0.1:" + std::to_string(closed_port()));
  check_failure(get(loop, server.url() + "/path"), errc::invalid_http, server);
  raw_server resetting{[](raw_connection& connection) {
    connection.read_request();
    connection.reset();
  }};
  const auto lost = get(loop, resetting.url() + "/path");
  check_failure(lost, errc::connection_lost, resetting);
  CHECK(lost.error().message.find("Connection reset by peer") != std::string::npos);
}

TEST_CASE("a TLS handshake that hangs ends at the connect timeout") {
  raw_server server{[](raw_connection& connection) { connection.wait_for_end(); }};
  curl_multi_loop loop;
  auto request = get_request("https://127.0.0.1:" + std::to_string(server.port()) + "/");
  request.connect_timeout = 50ms;
  const auto start = std::chrono::steady_clock::now();
  const auto outcome = exchange(loop, std::move(request));
  CHECK(std::chrono::steady_clock::now() - start < 10s);
  REQUIRE_FALSE(outcome);
  CAPTURE(to_string(outcome.error()));
  CHECK(outcome.error().code == errc::unreachable);
  CHECK(outcome.error().message.find("within 50 ms") != std::string::npos);
}

TEST_CASE("bytes after a complete response are never taken for the next response") {
  const auto forged = ok_response("forged");
  SECTION("sent together with the response") {
    raw_server server{[&](raw_connection& connection) {
      while (!connection.read_request().empty() && connection.send(ok_response("true") + forged)) {
      }
    }};
    curl_multi_loop loop;
    for (int i = 0; i < 3; ++i) {
      const auto outcome = get(loop, server.url());
      REQUIRE(outcome);
      CHECK(outcome->body == "true");
    }
  }
  SECTION("sent later, while the connection is idle") {
    std::mutex mutex;
    std::condition_variable changed;
    bool go = false;
    bool sent = false;
    raw_server server{[&](raw_connection& connection) {
      connection.read_request();
      connection.send(ok_response("true"));
      if (connection.index() == 0) {
        std::unique_lock lock{mutex};
        changed.wait(lock, [&] { return go; });
        connection.send(forged);
        sent = true;
        changed.notify_all();
      }
      connection.wait_for_end();
    }};
    curl_multi_loop loop;
    REQUIRE(get(loop, server.url()));
    {
      std::unique_lock lock{mutex};
      go = true;
      changed.notify_all();
      changed.wait(lock, [&] { return sent; });
    }
    const auto second = get(loop, server.url());
    REQUIRE(second);
    CHECK(second->body == "true");
    CHECK(server.connections() == 2);
  }
}

TEST_CASE("a malicious body is delivered unchanged") {
  const std::string body = std::string{"\0\x01\xff{]\"\\u0000", 12};
  raw_server server{answer_and_close(ok_response(body))};
  const auto outcome = ask(server);
  REQUIRE(outcome);
  CHECK(std::string_view{outcome->body} == body);
}
