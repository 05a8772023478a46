#include "transport/hosts/internet_settings.hpp"

#include "tests/support/catch.hpp"
#include "transport/hosts/workload_identity.hpp"

#include <string>

namespace internet_settings_test {

using namespace midas;
using namespace midas::internal;
using Catch::Matchers::Contains;

namespace {

using variables = decltype(host_environment::variables);

expected<std::shared_ptr<const internet_access>> access(
    variables set, const host_settings& settings = {},
    std::string_view authority = "https://login.microsoftonline.com") {
  return read_internet_access({.variables = std::move(set)}, settings, *parse_url(authority));
}

}  // namespace

TEST_CASE("the proxy to the Internet is the first that the environment names, as for curl") {
  const auto [set, proxy, origin] = GENERATE(table<variables, std::string, std::string>({
      {{}, "", ""},
      {{{"HTTPS_PROXY", "http://a:1"}}, "http://a:1", "HTTPS_PROXY"},
      {{{"HTTPS_PROXY", "http://a:1"}, {"https_proxy", "http://b:1"}}, "http://b:1", "https_proxy"},
      {{{"ALL_PROXY", "socks5h://c:1"}}, "socks5h://c:1", "ALL_PROXY"},
      {{{"HTTPS_PROXY", " "}, {"all_proxy", "d:1\n"}}, "d:1", "all_proxy"},
      {{{"HTTP_PROXY", "http://e:1"}, {"http_proxy", "http://e:1"}}, "", ""},
  }));
  const auto found = access(set);
  REQUIRE(found);
  CHECK((*found)->proxy == sensitive_string{proxy});
  CHECK((*found)->proxy_origin == origin);
}

TEST_CASE("excluded hosts go with the proxy") {
  CHECK((*access({{"HTTPS_PROXY", "http://a:1"}, {"NO_PROXY", "x"}}))->no_proxy == "x");
  CHECK(
      (*access({{"HTTPS_PROXY", "http://a:1"}, {"NO_PROXY", "x"}, {"no_proxy", "y"}}))->no_proxy ==
      "y");
}

TEST_CASE("no proxy leads to this machine, or carries plain http") {
  for (const auto* authority :
       {"https://127.0.0.1:8443", "https://localhost", "https://[::1]", "http://example.com"}) {
    CHECK((*access({{"HTTPS_PROXY", "http://a:1"}}, {}, authority))->proxy.empty());
  }
}

TEST_CASE("options take precedence over variables") {
  host_settings settings;
  settings.proxy = "http://option:1";
  settings.ca_file = "/option.pem";
  const auto found =
      access({{"https_proxy", "http://a:1"}, {"CURL_CA_BUNDLE", "/a.pem"}}, settings);
  REQUIRE(found);
  CHECK((*found)->proxy == "http://option:1");
  CHECK((*found)->proxy_origin == "the proxy option");
  CHECK((*found)->ca_file == "/option.pem");
  CHECK((*found)->ca_origin == "the ca_file option");
}

TEST_CASE("certificate authorities are those of curl's variable, or else of OpenSSL's") {
  const auto both = access({{"SSL_CERT_FILE", "/ssl.pem"}, {"CURL_CA_BUNDLE", "/curl.pem"}});
  CHECK((*both)->ca_file == "/curl.pem");
  const auto of_openssl = access({{"SSL_CERT_FILE", "/ssl.pem"}, {"SSL_CERT_DIR", "/certs"}});
  CHECK((*of_openssl)->ca_file == "/ssl.pem");
  CHECK((*of_openssl)->ca_directory == "/certs");
  CHECK((*of_openssl)->ca_origin == "SSL_CERT_FILE and SSL_CERT_DIR");
}

TEST_CASE(
    "a value that is not a proxy's URL is rejected; the error names the variable, not the value") {
  const std::string value = GENERATE("ftp://hush:1", "http://hush :1", "\"http://hush:1\"");
  const auto found = access({{"https_proxy", sensitive_string{value}}});
  REQUIRE_FALSE(found);
  CHECK(found.error().code == errc::invalid_configuration);
  CHECK_THAT(to_string(found.error()), Contains("https_proxy") && !Contains("hush"));
}

TEST_CASE("only the federated exchange gets the way to the Internet") {
  host_settings settings;
  settings.files.read_federated_token = [](const std::string&, std::size_t) {
    return expected<sensitive_string>{sensitive_string{"a.b.c"}};
  };
  const host_environment environment{.variables = {{"AZURE_TENANT_ID", "t"},
                                                   {"AZURE_CLIENT_ID", "c"},
                                                   {"AZURE_FEDERATED_TOKEN_FILE", "/f"},
                                                   {"HTTPS_PROXY", "http://a:1"}}};
  const auto endpoint = workload_identity::make_protocol(environment, settings);
  REQUIRE(endpoint);
  const auto request = endpoint->encode({.resource = "https://vault.azure.net"}, "");
  REQUIRE(request);
  REQUIRE(request->internet);
  CHECK(request->internet->proxy == "http://a:1");
}

}  // namespace internet_settings_test
