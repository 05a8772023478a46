#include "transport/curl/curl_request_check.hpp"

#include "tests/support/catch.hpp"

#include <string>

using midas::errc;
using midas::internal::check_request;
using midas::internal::endpoint_name;
using midas::internal::http_request;
using midas::internal::origin_of;

namespace {

http_request to(std::string url) {
  http_request result;
  result.url = std::move(url);
  return result;
}

http_request with_header(std::string name, std::string_view value) {
  auto result = to("http://127.0.0.1/path");
  result.headers.push_back({std::move(name), midas::sensitive_string{value}});
  return result;
}

}  // namespace

TEST_CASE("absolute http and https URLs are accepted") {
  for (const auto* url :
       {"http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01",
        "https://localhost:2377/metadata/identity/oauth2/token", "HTTP://[::1]:8080", "http://a"}) {
    CAPTURE(url);
    CHECK(check_request(to(url)));
  }
}

TEST_CASE("every other URL is rejected") {
  for (const auto* url :
       {"", "/metadata", "127.0.0.1/metadata", "file:///etc/passwd", "ftp://127.0.0.1/",
        "gopher://127.0.0.1/", "http:/127.0.0.1", "http:127.0.0.1", "http://", "http:///path",
        "http://:80/", "http://127.0.0.1/a b", "http://127.0.0.1/\r\nX: y",
        "http://127.0.0.1/\xc3\xa9", "http://user@127.0.0.1/", "http://user:password@127.0.0.1/",
        " http://127.0.0.1/"}) {
    CAPTURE(url);
    const auto checked = check_request(to(url));
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == errc::invalid_endpoint);
    CHECK_FALSE(checked.error().advice.empty());
  }
  CHECK_FALSE(check_request(to(std::string{"http://127.0.0.1/\0x", 19})));
}

TEST_CASE("a header that would inject another header is rejected") {
  for (const auto* value : {"a\r\nX-Other: b", "a\n", "\ra", "a\x7f", "\x01"}) {
    CAPTURE(value);
    const auto checked = check_request(with_header("X-IDENTITY-HEADER", value));
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == errc::invalid_endpoint);
  }
  CHECK_FALSE(check_request(with_header("X-A", {"a\0b", 3})));
  for (const auto* name : {"", "X-A\r\nX-B", "X A", "X-A:", "X-\xc3\xa9", "X;", ":", "X-A\n"}) {
    CAPTURE(name);
    CHECK_FALSE(check_request(with_header(name, "value")));
  }
  CHECK(check_request(with_header("X-A", "a\tb c\xc3\xa9")));
  CHECK(check_request(with_header("X-A", "")));
}

TEST_CASE("a request whose URL and headers are longer than the limit is rejected") {
  using midas::internal::max_request_head_bytes;
  const auto rest = std::string{"GEThttp://127.0.0.1/pathX-A"}.size();
  CHECK(check_request(with_header("X-A", std::string(max_request_head_bytes - rest, 'x'))));
  const auto header = with_header("X-A", std::string(max_request_head_bytes - rest + 1, 'x'));
  const auto url = to("http://127.0.0.1/?id=" + std::string(std::size_t{9} << 20U, 'x'));
  for (const auto& request : {header, url}) {
    const auto checked = check_request(request);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == errc::invalid_endpoint);
    CHECK(checked.error().message.find("more than 262144") != std::string::npos);
    CHECK(checked.error().message.size() < 400);
    CHECK_FALSE(checked.error().advice.empty());
  }
  // A body may be longer.
  auto request = to("http://127.0.0.1/");
  request.body.assign(max_request_head_bytes * 2, 'x');
  CHECK(check_request(request));
}

TEST_CASE("a pin requires an https URL") {
  auto request = to("http://127.0.0.1/");
  request.pinned_certificate.emplace();
  const auto checked = check_request(request);
  REQUIRE_FALSE(checked);
  CHECK(checked.error().code == errc::invalid_endpoint);
  request.url = "https://127.0.0.1/";
  CHECK(check_request(request));
}

TEST_CASE("headers that frame the message are reserved for the transport") {
  for (const auto* name : {"Content-Length", "transfer-encoding", "EXPECT", "Connection"}) {
    CAPTURE(name);
    CHECK_FALSE(check_request(with_header(name, "5")));
  }
  CHECK(check_request(with_header("Content-Type", "text/plain")));
}

TEST_CASE("a method must be a single token") {
  auto request = to("http://127.0.0.1/");
  for (const auto* method : {"", "GET ", "GET / HTTP/1.1\r\nX-A: b\r\n\r\nGET"}) {
    CAPTURE(method);
    request.method = method;
    CHECK_FALSE(check_request(request));
  }
  request.method = "PATCH";
  CHECK(check_request(request));
}

TEST_CASE("the error names the rejected part and does not show possible secrets") {
  const auto header = check_request(with_header("X-IDENTITY-HEADER", "hush\n"));
  REQUIRE_FALSE(header);
  CHECK(to_string(header.error()).find("\"X-IDENTITY-HEADER\"") != std::string::npos);
  CHECK(to_string(header.error()).find("hush") == std::string::npos);

  const auto name = check_request(with_header("X-A\r\n\x1b[2J", "hush"));
  REQUIRE_FALSE(name);
  CHECK(to_string(name.error()).find("\"X-A????2J\"") != std::string::npos);

  const auto url = check_request(to("ftp://user:hush@host:21/path?key=hush#hush"));
  REQUIRE_FALSE(url);
  CHECK(to_string(url.error()).find("ftp://host:21/path ") != std::string::npos);
  CHECK(to_string(url.error()).find("hush") == std::string::npos);
}

TEST_CASE("an endpoint's name is its URL without query, credentials and control characters") {
  CHECK(endpoint_name("http://127.0.0.1:8080/a/b?resource=x") == "http://127.0.0.1:8080/a/b");
  CHECK(endpoint_name("http://u:p@host/a@b#c") == "http://host/a@b");
  CHECK(endpoint_name("\x1b[2Jhttp") == "?[2Jhttp");
  CHECK(endpoint_name("") == "\"\"");
  CHECK(endpoint_name(std::string(1000, 'a')).size() == 203);
  CHECK(endpoint_name(std::string(200, 'a')) == std::string(200, 'a'));
}

TEST_CASE("a target is path and query, without the fragment") {
  CHECK(midas::internal::target_of("http://host/path?query=1#fragment") == "/path?query=1");
  CHECK(midas::internal::target_of("http://host:80/a/../b//c") == "/a/../b//c");
  CHECK(midas::internal::target_of("https://[::1]:443") == "/");
  CHECK(midas::internal::target_of("http://host?query=http://other/") == "/?query=http://other/");
  CHECK(midas::internal::target_of("http://host#fragment") == "/");
}

TEST_CASE("an origin is scheme, name and port") {
  CHECK(origin_of("http://127.0.0.1:8080/a/b?c") == "http://127.0.0.1:8080");
  CHECK(origin_of("HTTPS://host?c") == "HTTPS://host");
  CHECK(origin_of("http://host") == "http://host");
  CHECK(origin_of("nothing") == "nothing");
}
