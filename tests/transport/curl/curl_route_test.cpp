// Requests that name a server for TLS, and certificate authorities of their own: how the token
// proxy of AKS identity bindings is reached.
#include "tests/support/catch.hpp"
#include "tests/support/exchanges.hpp"
#include "tests/support/temporary_file.hpp"
#include "tests/support/tls_server.hpp"
#include "transport/curl/curl_exchange.hpp"
#include "transport/curl/curl_multi_loop.hpp"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using Catch::Matchers::Contains;

namespace {

const std::string proxy_name = "proxy.cluster.invalid";

std::shared_ptr<const internet_access> way(internet_access access) {
  return std::make_shared<const internet_access>(std::move(access));
}

http_request by(const tls_server& server, std::shared_ptr<const internet_access> access) {
  auto result = get_request(server.url() + "/path?query");
  result.internet = std::move(access);
  return result;
}

http_request by(const tls_server& server, internet_access access) {
  return by(server, way(std::move(access)));
}

// A directory in the form that OpenSSL looks authorities up in.
class authority_directory {
 public:
  explicit authority_directory(const std::string& pem) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> text{
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free};
    const std::unique_ptr<X509, decltype(&X509_free)> certificate{
        PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr), &X509_free};
    std::array<char, 16> file{};
    std::snprintf(file.data(), file.size(), "%08lx.0", X509_subject_name_hash(certificate.get()));
    std::filesystem::create_directory(path_);
    std::ofstream{path_ + "/" + file.data()} << pem;
  }
  authority_directory(const authority_directory&) = delete;
  authority_directory& operator=(const authority_directory&) = delete;
  ~authority_directory() { std::filesystem::remove_all(path_); }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  temporary_file unique_;
  std::string path_ = unique_.path() + ".d";
};

int append_to_log(CURL* /*handle*/, curl_infotype /*type*/, char* text, std::size_t size,
                  void* log) {
  static_cast<std::string*>(log)->append(text, size);
  return 0;
}

// From now on, libcurl's log of the exchange is appended to `log`.
void write_log(const curl_exchange& exchange, std::string& log) {
  curl_easy_setopt(exchange.handle(), CURLOPT_VERBOSE, 1L);
  curl_easy_setopt(exchange.handle(), CURLOPT_DEBUGDATA, &log);
  curl_easy_setopt(exchange.handle(), CURLOPT_DEBUGFUNCTION, &append_to_log);
}

// The line of libcurl's log that names the directory of authorities.
std::string directory_in(const std::string& log) {
  const auto at = log.find("CApath:");
  return at == std::string::npos ? std::string{} : log.substr(at, log.find('\n', at) - at);
}

}  // namespace

TEST_CASE("a request asks for the server name, and verifies the certificate by it") {
  tls_server server{{.server_name = proxy_name}};
  curl_multi_loop loop;
  const auto outcome =
      exchange(loop, by(server, {.ca_pem = server.certificate(), .server_name = proxy_name}));
  REQUIRE(outcome);
  CHECK(outcome->body == "ok");
  CHECK_THAT(server.received(), Contains("GET /path?query HTTP/1.1\r\nHost: " + proxy_name + ":"));
}

TEST_CASE("a server that is named by an IPv6 address is reached under another name") {
  tls_server server{{.server_name = proxy_name}};
  curl_multi_loop loop;
  auto request = by(server, {.ca_pem = server.certificate(), .server_name = proxy_name});
  // The server's own address, as an IPv6 one.
  request.url.replace(request.url.find("127.0.0.1"), 9, "[::ffff:127.0.0.1]");
  REQUIRE(exchange(loop, request));
  CHECK_THAT(server.received(), Contains("\r\nHost: " + proxy_name + ":"));
}

TEST_CASE("a request with a server name may have another Host") {
  tls_server server{{.server_name = proxy_name}};
  curl_multi_loop loop;
  auto request = by(server, {.ca_pem = server.certificate(), .server_name = proxy_name});
  request.headers.push_back(public_header("Host", "login.example.com"));
  REQUIRE(exchange(loop, request));
  CHECK_THAT(server.received(),
             Contains("\r\nHost: login.example.com\r\n") && !Contains(proxy_name));
}

TEST_CASE("a certificate of another name than the one asked for is refused") {
  tls_server server{{.named = true}};
  curl_multi_loop loop;
  const internet_access access{.ca_pem = server.certificate(), .server_name = proxy_name};
  const auto outcome = exchange(loop, by(server, access));
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::unreachable);
  CHECK_THAT(outcome.error().message, Contains(server.url()) && Contains(proxy_name));
  CHECK(server.received().empty());
  // Nor is a connection of one name used for another.
  CHECK(exchange(loop, by(server, {.ca_pem = server.certificate()})));
  CHECK_FALSE(exchange(loop, by(server, access)));
}

TEST_CASE("a server that does not know the name is an error that names the variables to check") {
  tls_server server{{.server_name = proxy_name}};
  curl_multi_loop loop;
  const auto outcome = exchange(loop, by(server, {.ca_pem = server.certificate(),
                                                  .ca_origin = "AZURE_KUBERNETES_CA_FILE",
                                                  .server_name = "other.cluster.invalid"}));
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::unreachable);
  CHECK_THAT(outcome.error().advice,
             Contains("AZURE_KUBERNETES_CA_FILE") && Contains("AZURE_KUBERNETES_SNI_NAME"));
  CHECK(server.received().empty());
}

TEST_CASE("only the authorities that a request brings along count") {
  tls_server server{{.server_name = proxy_name}};
  // With another name: otherwise OpenSSL would look no further.
  const auto other = self_signed_certificate{{}, "authority.invalid"}.pem();
  const temporary_file file{server.certificate()};
  const authority_directory directory{server.certificate()};
  curl_multi_loop loop;
  // The directory alone would do.
  REQUIRE(
      exchange(loop, by(server, {.ca_directory = directory.path(), .server_name = proxy_name})));
  const auto outcome = exchange(loop, by(server, {.ca_file = file.path(),
                                                  .ca_directory = directory.path(),
                                                  .ca_pem = other,
                                                  .server_name = proxy_name}));
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::unreachable);
}

TEST_CASE("a connection is kept for the same authorities, and not used with others") {
  tls_server server{{.server_name = proxy_name}};
  const auto other = self_signed_certificate{}.pem();
  curl_multi_loop loop;
  const auto before = way({.ca_pem = server.certificate(), .server_name = proxy_name});
  REQUIRE(exchange(loop, by(server, before)));
  REQUIRE(exchange(loop, by(server, before)));
  CHECK(server.connections() == 1);
  // The authority was replaced, and no longer vouches for the server.
  CHECK_FALSE(exchange(loop, by(server, {.ca_pem = other, .server_name = proxy_name})));
  CHECK(server.connections() == 2);
  const auto both = way({.ca_pem = other + server.certificate(), .server_name = proxy_name});
  REQUIRE(exchange(loop, by(server, both)));
  CHECK(server.connections() == 3);
  CHECK(server.handshakes() == 2);
}

TEST_CASE("the authorities and the server name of one request do not apply to the next") {
  tls_server named{{.server_name = proxy_name}};
  tls_server plain{{.named = true}};
  const temporary_file file{plain.certificate()};
  curl_multi_loop loop;
  REQUIRE(exchange(loop, by(named, {.ca_pem = named.certificate(), .server_name = proxy_name})));
  REQUIRE(exchange(loop, by(plain, {.ca_file = file.path()})));
  CHECK_THAT(plain.received(), Contains("\r\nHost: 127.0.0.1:"));
  CHECK_FALSE(exchange(loop, by(plain, {.ca_pem = named.certificate()})));
}

TEST_CASE("authorities without a certificate are a mistake of the configuration") {
  tls_server server{{.server_name = proxy_name}};
  curl_multi_loop loop;
  const auto outcome = exchange(loop, by(server, {.ca_pem = "no certificate",
                                                  .ca_origin = "AZURE_KUBERNETES_CA_DATA",
                                                  .server_name = proxy_name}));
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::invalid_configuration);
  CHECK_THAT(outcome.error().message, Contains("AZURE_KUBERNETES_CA_DATA"));
}

TEST_CASE("a server name requires https") {
  curl_multi_loop loop;
  auto request = get_request("http://127.0.0.1:9/");
  request.internet = way({.server_name = proxy_name});
  const auto outcome = exchange(loop, request);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::invalid_endpoint);
}

TEST_CASE(
    "a request that names a server reaches an IPv6 address, and the port of https without "
    "another") {
  const curl_multi_options options;
  curl_sockets sockets;
  curl_exchange exchange{options, sockets};
  std::string log;
  write_log(exchange, log);
  const auto attempt = [&](const std::string& url) {
    log.clear();
    auto request = get_request(url);
    request.internet = way({.server_name = proxy_name});
    exchange.prepare(std::move(request));
    static_cast<void>(exchange.outcome(curl_easy_perform(exchange.handle())));
    return log;
  };
  if (attempt("https://[::1]:9/").find("Trying") == std::string::npos) {
    WARN("this libcurl does not log its attempts to connect, or has no IPv6");
    return;
  }
  CHECK_THAT(log, Contains("Trying [::1]:9") || Contains("Trying ::1:9"));
  for (const auto* const port : {"", ":"}) {
    CHECK_THAT(attempt(std::string{"https://[::1]"} + port + "/"),
               Contains("::1]:443") || Contains("Trying ::1:443"));
    CHECK_THAT(attempt(std::string{"https://127.0.0.1"} + port + "/"),
               Contains("Trying 127.0.0.1:443"));
  }
}

TEST_CASE("without authorities of its own, a request uses libcurl's default directory again") {
  tls_server server{{.server_name = proxy_name}};
  const authority_directory directory{server.certificate()};
  const curl_multi_options options;
  curl_sockets sockets;
  curl_exchange exchange{options, sockets};
  std::string log;
  write_log(exchange, log);
  const auto perform = [&](http_request request) {
    log.clear();
    exchange.prepare(std::move(request));
    static_cast<void>(exchange.outcome(curl_easy_perform(exchange.handle())));
    exchange.clear();
    return directory_in(log);
  };
  const auto plain = get_request(server.url());
  const auto by_default = perform(plain);
  if (by_default.empty()) {
    WARN("this libcurl does not log its directory of authorities");
    return;
  }
  CHECK_THAT(perform(by(server, {.ca_directory = directory.path(), .server_name = proxy_name})),
             Contains(directory.path()));
  CHECK(perform(plain) == by_default);
}
