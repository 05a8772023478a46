// What the loop's connections disclose and accept with TLS, pinned or not.
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/exchanges.hpp"
#include "tests/support/raw_server.hpp"
#include "tests/support/temporary_file.hpp"
#include "tests/support/tls_server.hpp"
#include "transport/curl/curl_exchange.hpp"
#include "transport/curl/curl_multi_loop.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

using midas::errc;
using midas::internal::curl_exchange;
using midas::internal::curl_multi_loop;
using midas::internal::curl_multi_options;
using midas::internal::curl_sockets;
using namespace midas::internal::test;

namespace {

// One handle outside a loop, whose requests without a pin trust the server's certificate as if an
// authority had signed it.
struct trusting_exchange {
  curl_multi_options options;
  curl_sockets sockets;
  curl_exchange exchange{options, sockets};

  http_outcome perform(midas::internal::http_request request, const tls_server& server) {
    exchange.prepare(std::move(request));
    auto trusted = server.certificate();
    curl_blob blob{trusted.data(), trusted.size(), CURL_BLOB_COPY};
    curl_easy_setopt(exchange.handle(), CURLOPT_CAINFO_BLOB, &blob);
    auto result = exchange.outcome(curl_easy_perform(exchange.handle()));
    exchange.clear();
    return result;
  }
};

midas::internal::http_request pinned_request(const tls_server& server) {
  auto result = get_request(server.url());
  result.pinned_certificate = server.digest();
  return result;
}

std::size_t requests_in(const std::string& received) {
  std::size_t result = 0;
  for (auto at = received.find("GET /"); at != std::string::npos;
       at = received.find("GET /", at + 1)) {
    ++result;
  }
  return result;
}

std::size_t discard(char* /*data*/, std::size_t size, std::size_t count, void* /*self*/) {
  return size * count;
}

// True if a handle that midas did not make can ask the server.
bool ask_with_plain_libcurl(const tls_server& server) {
  auto* const handle = curl_easy_init();
  curl_easy_setopt(handle, CURLOPT_URL, server.url().c_str());
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &discard);
  const auto code = curl_easy_perform(handle);
  curl_easy_cleanup(handle);
  return code == CURLE_OK;
}

std::size_t number_at(const std::string& bytes, std::size_t at, std::size_t size) {
  std::size_t result = 0;
  for (std::size_t i = 0; i < size; ++i) {
    result = result << 8U | static_cast<unsigned char>(bytes.at(at + i));
  }
  return result;
}

// The content of an extension in the first bytes that a client sends.
std::string extension_of(const std::string& hello, std::size_t type) {
  // Record, handshake, version and random; then session id, cipher suites and compression methods.
  std::size_t at = 5 + 4 + 2 + 32;
  at += 1 + number_at(hello, at, 1);
  at += 2 + number_at(hello, at, 2);
  at += 1 + number_at(hello, at, 1);
  const auto end = at + 2 + number_at(hello, at, 2);
  for (at += 2; at < end; at += 4 + number_at(hello, at + 2, 2)) {
    if (number_at(hello, at, 2) == type) {
      return hello.substr(at + 4, number_at(hello, at + 2, 2));
    }
  }
  return {};
}

// The TLS versions that a client offers, e.g. 0x0304 for 1.3.
std::vector<int> offered_versions(const std::string& hello) {
  const auto content = extension_of(hello, 43);
  std::vector<int> result;
  for (std::size_t at = 1; at + 1 < content.size(); at += 2) {
    result.push_back(static_cast<int>(number_at(content, at, 2)));
  }
  return result;
}

// The application protocols that a client offers.
std::vector<std::string> offered_protocols(const std::string& hello) {
  const auto content = extension_of(hello, 16);
  std::vector<std::string> result;
  for (std::size_t at = 2; at < content.size(); at += 1 + number_at(content, at, 1)) {
    result.push_back(content.substr(at + 1, number_at(content, at, 1)));
  }
  return result;
}

std::string first_record(int socket) {
  constexpr std::size_t header = 5;
  std::string result;
  char byte = 0;
  while ((result.size() < header || result.size() < header + number_at(result, 3, 2)) &&
         ::read(socket, &byte, 1) == 1) {
    result += byte;
  }
  return result;
}

// What the loop sends first with TLS.
std::string hello_of_the_loop() {
  std::string result;
  raw_server server{
      [&](raw_connection& connection) { result = first_record(connection.socket()); }};
  curl_multi_loop loop;
  CHECK_FALSE(get(loop, "https://127.0.0.1:" + std::to_string(server.port())));
  server.wait_until_ended(1);
  return result;
}

}  // namespace

TEST_CASE("the program of the key log test in its own process", "[.]") {
  const auto* const log = ::getenv("SSLKEYLOGFILE");
  REQUIRE(log != nullptr);
  const auto size = [log] { return std::filesystem::file_size(log); };
  const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  tls_server server{{.version = version, .named = true}};
  REQUIRE(ask_with_plain_libcurl(server));
  const auto logged = size();
  if (logged == 0) {
    WARN("this libcurl does not log keys");
  }
  curl_multi_loop loop;
  REQUIRE(exchange(loop, pinned_request(server)));
  trusting_exchange trusting;
  REQUIRE(trusting.perform(get_request(server.url()), server));
  REQUIRE(trusting.perform(pinned_request(server), server));
  REQUIRE(trusting.perform(get_request(server.url()), server));
  CHECK(size() == logged);
}

TEST_CASE("no session key is written to SSLKEYLOGFILE, with and without a pin") {
  const temporary_file log;
  CHECK(passes_anew("the program of the key log test in its own process",
                    {{"SSLKEYLOGFILE", log.path()}}));
}

TEST_CASE("with TLS, too, only HTTP/1.1 is offered") {
  CHECK(offered_protocols(hello_of_the_loop()) == std::vector<std::string>{"http/1.1"});
}

TEST_CASE("the program of the TLS version test in its own process", "[.]") {
  CHECK(offered_versions(hello_of_the_loop()) == std::vector<int>{TLS1_3_VERSION, TLS1_2_VERSION});
}

TEST_CASE("no TLS version before 1.2 is offered, although the system's configuration allows it") {
  const temporary_file configuration{
      "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = lax\n[lax]\n"
      "MinProtocol = TLSv1\nCipherString = DEFAULT@SECLEVEL=0\n"};
  CHECK(passes_anew("the program of the TLS version test in its own process",
                    {{"OPENSSL_CONF", configuration.path()}}));
}

TEST_CASE("a certificate for another name is refused, also on a handle that had a pin") {
  tls_server unnamed;
  tls_server named{{.named = true}};
  trusting_exchange trusting;
  for (int i = 0; i < 2; ++i) {
    CAPTURE(i);
    const auto outcome = trusting.perform(get_request(unnamed.url()), unnamed);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == errc::unreachable);
    CHECK(trusting.perform(get_request(named.url()), named));
    CHECK(trusting.perform(pinned_request(unnamed), unnamed));
  }
  // Those of the pinned requests.
  CHECK(requests_in(unnamed.received()) == 2);
}

TEST_CASE("an untrusted certificate is refused, also on a handle that had a pin") {
  tls_server server{{.named = true}};
  tls_server another{{.named = true}};
  trusting_exchange trusting;
  for (int i = 0; i < 2; ++i) {
    CHECK_FALSE(trusting.perform(get_request(server.url()), another));
    CHECK(trusting.perform(pinned_request(server), another));
  }
  CHECK(requests_in(server.received()) == 2);
}
