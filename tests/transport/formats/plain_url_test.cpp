// The parser of usual URLs against that of libcurl.
#include "tests/support/catch.hpp"
#include "transport/formats/url.hpp"

#include <curl/curl.h>
#include <rapidcheck.h>

#include <memory>
#include <string>

using namespace midas::internal;

namespace {

std::string part_of(CURLU* url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, flags) != CURLUE_OK) {
    return {};
  }
  const std::unique_ptr<char, decltype(&curl_free)> owner{text, curl_free};
  return text;
}

std::optional<url_parts> parsed_by_libcurl(const std::string& text) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url{curl_url(), curl_url_cleanup};
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return std::nullopt;
  }
  return url_parts{.scheme = part_of(url.get(), CURLUPART_SCHEME),
                   .host = part_of(url.get(), CURLUPART_HOST),
                   .port = part_of(url.get(), CURLUPART_PORT, CURLU_NO_DEFAULT_PORT),
                   .path = part_of(url.get(), CURLUPART_PATH),
                   .query = part_of(url.get(), CURLUPART_QUERY)};
}

}  // namespace

TEST_CASE("usual URLs are parsed without libcurl, and in the same way") {
  for (const std::string text :
       {"http://169.254.169.254", "http://169.254.169.254/metadata/identity/oauth2/token",
        "http://127.0.0.1:41741/msi/token/", "http://localhost:40342/a.b/c~d_e-f",
        "https://login.microsoftonline.com/tenant/oauth2/v2.0/token", "http://host:80",
        "https://host:443/", "https://host:80/", "http://a_b:65535//"}) {
    CAPTURE(text);
    REQUIRE(parse_plain_url(text));
    CHECK(parse_plain_url(text) == parsed_by_libcurl(text));
    CHECK(*parse_plain_url(text) == *parse_url(text));
  }
}

TEST_CASE("anything else is left to libcurl") {
  for (const std::string text : {"",
                                 "http",
                                 "http:",
                                 "http://",
                                 "http:///a",
                                 "http://:1",
                                 "http://a:",
                                 "http://a:0",
                                 "http://a:080",
                                 "http://a:65536",
                                 "http://a:8080x",
                                 "http://a:+1",
                                 "HTTP://a",
                                 "http://A",
                                 "ftp://a",
                                 "http:/a",
                                 "http://u@a",
                                 "http://a/%41",
                                 "http://a/./b",
                                 "http://a/../b",
                                 "http://a/.",
                                 "http://a?b",
                                 "http://a#b",
                                 "http://a\\b",
                                 "http://a b",
                                 "http://1.2.3",
                                 "http://0177.0.0.1",
                                 "http://2130706433",
                                 "http://0x7f.1",
                                 "http://[::1]",
                                 "http://a.",
                                 "http://.a",
                                 "http://a..b",
                                 "http://-a",
                                 "http://a:1:2",
                                 "http://a/b:c",
                                 "http://a/b;c",
                                 " http://a",
                                 "http://a\n"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_plain_url(text));
  }
}

TEST_CASE("what is parsed without libcurl, libcurl parses alike") {
  const auto agrees = [](const std::string& text) {
    const auto plain = parse_plain_url(text);
    RC_CLASSIFY(plain.has_value(), "plain");
    RC_ASSERT(!plain || plain == parsed_by_libcurl(text));
  };
  CHECK(rc::check("pieces of URLs", [&agrees] {
    using rc::gen::element;
    const auto some = [](rc::Gen<std::string> piece) {
      std::string text;
      for (const auto& each : *rc::gen::container<std::vector<std::string>>(std::move(piece))) {
        text += each;
      }
      return text;
    };
    auto text = *element<std::string>("http://", "https://");
    text +=
        *element<std::string>("a", "host", "localhost", "127.0.0.1", "10", "0x7f", "_", "[::1]");
    text += some(element<std::string>("a", "b1", "7", ".", "-", "_", ".com", ".10", "Z"));
    text += *element<std::string>("", "", "", ":", ":80", ":443", ":8080", ":0", ":08", ":65536");
    text += *element<std::string>("", "/");
    text += some(element<std::string>("/", "a", "Z9", "-", "_", "~", ".", "..", "%2e", "?", ":"));
    agrees(text);
  }));
  CHECK(rc::check("any characters", [&agrees](const std::string& rest) {
    if (rest.find('\0') == std::string::npos) {
      agrees("http://" + rest);
    }
  }));
}
