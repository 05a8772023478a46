#include "transport/formats/url.hpp"

#include "tests/support/catch.hpp"

#include <string>

using namespace midas;
using namespace midas::internal;

TEST_CASE("addresses of loopback, link-local, private and carrier-grade networks are private") {
  for (const auto* host :
       {"127.0.0.1", "localhost", "[::1]", "10.0.0.1", "172.16.0.1", "172.31.255.255",
        "192.168.1.1", "169.254.131.5", "100.64.100.2", "100.127.255.255", "[fc00::1]",
        "[fdff:1::2]", "[fe80::1]", "[febf::1]", "[::ffff:10.0.0.1]"}) {
    CAPTURE(host);
    CHECK(is_private_address(host));
  }
  for (const auto* host : {"",
                           "example.com",
                           "10.example.com",
                           "8.8.8.8",
                           "11.0.0.1",
                           "172.15.0.1",
                           "172.32.0.1",
                           "192.169.1.1",
                           "169.253.0.1",
                           "100.63.255.255",
                           "100.128.0.1",
                           "0.0.0.0",
                           "[::]",
                           "[::2]",
                           "[fe00::1]",
                           "[fec0::1]",
                           "[2001:db8::1]",
                           "[::ffff:8.8.8.8]",
                           "[fc00::1",
                           "fc00::1"}) {
    CAPTURE(host);
    CHECK_FALSE(is_private_address(host));
  }
}

TEST_CASE("percent-encoding keeps RFC 3986's unreserved characters only") {
  const std::string unreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  CHECK(percent_encode(unreserved) == unreserved);
  for (int byte = 0; byte < 256; ++byte) {
    const auto c = static_cast<char>(byte);
    if (unreserved.find(c) == std::string::npos) {
      const auto encoded = percent_encode(std::string{c});
      CHECK(encoded.size() == 3);
      CHECK(encoded.front() == '%');
      CHECK(std::stoi(encoded.substr(1), nullptr, 16) == byte);
    }
  }
  CHECK(percent_encode("https://vault.azure.net/a b&c=d+e") ==
        "https%3A%2F%2Fvault.azure.net%2Fa%20b%26c%3Dd%2Be");
  CHECK(percent_encode("\xc3\xbc") == "%C3%BC");
  CHECK(percent_encode("").empty());
}

TEST_CASE("a URL is parsed into parts, with scheme and host in lower case") {
  CHECK(*parse_url("HTTP://LocalHost:42356/MSI/token?a=b&c") ==
        url_parts{"http", "localhost", "42356", "/MSI/token", "a=b&c"});
  CHECK(*parse_url("https://custom.imds.endpoint/") ==
        url_parts{"https", "custom.imds.endpoint", "", "/", ""});
  CHECK(*parse_url("http://[::1]:8080") == url_parts{"http", "[::1]", "8080", "/", ""});
}

TEST_CASE("the scheme's default port is omitted, so that equal endpoints compare equal") {
  CHECK(parse_url("http://host:80/")->port.empty());
  CHECK(parse_url("https://host:443/")->port.empty());
  CHECK(parse_url("https://host:80/")->port == "80");
  CHECK(origin(*parse_url("https://host:443/a?b")) == "https://host");
  CHECK(origin(*parse_url("http://127.0.0.1:8080/a")) == "http://127.0.0.1:8080");
}

TEST_CASE("a text that is not an absolute http or https URL is rejected with advice") {
  const std::string text = GENERATE(
      as<std::string>{}, "", "no url", "localhost", "localhost:8080", "//127.0.0.1", "/metadata",
      "http:", "http://", "http:///", "http:///path", "http:/127.0.0.1", "http://:80",
      "127.0.0.1:41564/msi/token", "localhost/token", "ftp://127.0.0.1", "file:///etc/passwd",
      "javascript:alert(1)", "http//127.0.0.1", "http://127.0.0.1:99999", "http://127.0.0.1:0",
      "http://127.0.0.1:-1", "http://127.0.0.1:8x", "http://[::1", "http://[::1]x", "http://[zz]");
  const auto url = check_endpoint(text, true);
  REQUIRE(!url);
  CHECK(url.error().code == errc::invalid_endpoint);
  CHECK(url.error().message.find("\"" + text + "\"") != std::string::npos);
  CHECK(!url.error().advice.empty());
}

TEST_CASE("advice for an IPv6 address without brackets shows the brackets") {
  for (const auto* text : {"http://::1:8080", "http://fd00::7/metadata"}) {
    CAPTURE(text);
    CHECK(check_endpoint(text, true).error().advice.find("http://[::1]:8080") != std::string::npos);
  }
  CHECK(check_endpoint("http://[zz]", true).error().advice.find('[') == std::string::npos);
}

TEST_CASE("white space, control and non-ASCII characters in an endpoint are rejected") {
  const std::string text = GENERATE(
      as<std::string>{}, " http://127.0.0.1", "http://127.0.0.1 ", "http://127.0.0.1\n",
      "http://127.0.0.1/\r\nHost: evil", "http://127.0.0.1/\xc3\xbc", "http://127.0.0.1\\@evil.com",
      "http://evil.com\\.127.0.0.1", "http://127.0.0.1/a\\b", "http://127.0.0.1/a\x7f",
      std::string{"http://127.0.0.1\0", 17});
  const auto url = check_endpoint(text, true);
  REQUIRE(!url);
  CHECK(url.error().code == errc::invalid_endpoint);
  for (const char c : url.error().message) {
    CHECK(static_cast<unsigned char>(c) >= 0x20);
  }
}

TEST_CASE("user info is rejected, and not shown") {
  const std::string text =
      GENERATE(as<std::string>{}, "http://user:passphrase@127.0.0.1/", "https://passphrase@host/",
               "http://127.0.0.1@passphrase@evil/", "http://127.0.0.1:passphrase@evil.com");
  const auto url = check_endpoint(text, true);
  REQUIRE(!url);
  CHECK(url.error().code == errc::invalid_endpoint);
  CHECK(url.error().message.find("user info") != std::string::npos);
  CHECK(url.error().message.find("passphrase") == std::string::npos);
}

TEST_CASE("a fragment is rejected") {
  CHECK(check_endpoint("http://127.0.0.1/#part", true).error().code == errc::invalid_endpoint);
  CHECK(check_endpoint("http://127.0.0.1#@evil.com/", true).error().code == errc::invalid_endpoint);
}

TEST_CASE("a query is not shown in errors") {
  const auto url = check_endpoint("http://example.com/?code=passphrase", false);
  REQUIRE(!url);
  CHECK(url.error().message.find("passphrase") == std::string::npos);
}

TEST_CASE("a query that midas would have to extend is rejected, and not shown") {
  CHECK(check_no_query("http://127.0.0.1/token"));
  for (const auto* const text : {"http://127.0.0.1/token?code=passphrase", "http://127.0.0.1/?"}) {
    const auto checked = check_no_query(text);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == errc::invalid_endpoint);
    CHECK(checked.error().message.find("must not have a query") != std::string::npos);
    CHECK(to_string(checked.error()).find("passphrase") == std::string::npos);
  }
}

TEST_CASE("plain http is allowed to this machine and to the known identity endpoint") {
  const std::string text = GENERATE(
      as<std::string>{}, "http://127.0.0.1", "http://127.0.0.1:41564/msi/token",
      "http://127.255.255.254:1", "http://localhost:50342/oauth2/token", "http://LOCALHOST",
      "HTTP://localhost", "http://[::1]:8080", "http://[0:0:0:0:0:0:0:1]", "http://169.254.169.254",
      "http://169.254.169.254:80/metadata", "http://localhost?x",
      "http://127.0.0.1:", "https://example.com", "https://10.0.0.1:8443/x");
  CHECK(check_endpoint(text, false));
}

TEST_CASE("plain http to any other host must be allowed explicitly") {
  const std::string text =
      GENERATE(as<std::string>{}, "http://example.com", "http://10.0.0.1", "http://128.0.0.1",
               "http://126.255.255.255", "http://169.254.169.253",
               "http://169.254.169.254.evil.com", "http://0.0.0.0", "http://[::]", "http://[::2]",
               "http://[::ffff:127.0.0.1]", "http://[fe80::1]", "http://myhost:8080");
  const auto url = check_endpoint(text, false);
  REQUIRE(!url);
  CHECK(url.error().code == errc::endpoint_not_allowed);
  CHECK(url.error().message.find("\"" + text + "\"") != std::string::npos);
  CHECK(url.error().advice.find("allow_insecure_endpoint") != std::string::npos);
  CHECK(check_endpoint(text, true));
}

TEST_CASE("a name that resembles loopback is not loopback") {
  const std::string text = GENERATE(
      as<std::string>{}, "http://127.0.0.1.evil.com", "http://localhost.evil", "http://localhost.",
      "http://evil.localhost", "http://localhost.localdomain", "http://notlocalhost",
      "http://127.evil", "http://xn--localhost-x.com", "http://127-0-0-1.nip.io");
  CHECK(check_endpoint(text, false).error().code == errc::endpoint_not_allowed);
}

TEST_CASE("a host that parsers disagree about is rejected, even if plain http is allowed") {
  const std::string text = GENERATE(
      as<std::string>{}, "http://0x7f.1", "http://2130706433", "http://0177.0.0.1", "http://127.1",
      "http://127.0.0.01", "http://127.0.0.1.", "http://127.0.0.256", "http://127.0.0.1.2",
      "http://0x7f000001", "http://example.0x7f", "http://%31%32%37.0.0.1", "http://127.0.0.1%2e",
      "http://local%68ost", "http://[::1%25lo]", "http://[fe80::1%25eth0]", "http://a..b",
      "http://.localhost", "http://169.254.43518", "http://2852039166", "http://host,other",
      "http://a*b", "http://...", "https://0x7f.1");
  for (const bool allowed : {false, true}) {
    const auto url = check_endpoint(text, allowed);
    REQUIRE(!url);
    CHECK(url.error().code == errc::invalid_endpoint);
  }
}

TEST_CASE("a very long endpoint is shown in part") {
  const auto url = check_endpoint("http://" + std::string(100'000, 'a') + ".com", false);
  REQUIRE(!url);
  CHECK(to_string(url.error()).size() < 500);
  CHECK(url.error().message.find("...\"") != std::string::npos);
}

TEST_CASE("loopback is 127.0.0.0/8, ::1 and localhost") {
  CHECK(is_loopback("127.0.0.1"));
  CHECK(is_loopback("127.9.8.7"));
  CHECK(is_loopback("[::1]"));
  CHECK(is_loopback("localhost"));
  for (const auto* host : {"", "127", "127.0.0.1.", "127.0.0.1x", "::1", "[::2]", "localhost.",
                           "128.0.0.1", "0.0.0.0", "127.0.0.1.evil.com"}) {
    CHECK_FALSE(is_loopback(host));
  }
}
