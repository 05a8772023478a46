#include "http/request_parser.hpp"

#include "tests/support/catch.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

#include <string>
#include <string_view>

using namespace midas::internal::http;
namespace beast_http = boost::beast::http;

namespace {

/// Feeds text piece by piece as a connection does: bytes that the parser leaves are fed again with
/// the next piece.
class feeder {
 public:
  explicit feeder(request_parser& parser) : parser_(parser) {}

  boost::beast::error_code feed(std::string_view piece) {
    left_ += piece;
    boost::beast::error_code error;
    left_.erase(0, parser_.put(boost::asio::buffer(left_), error));
    return error == beast_http::error::need_more ? boost::beast::error_code{} : error;
  }
  [[nodiscard]] const std::string& left() const noexcept { return left_; }

 private:
  request_parser& parser_;
  std::string left_;
};

constexpr std::string_view sample =
    "POST /path?q=1 HTTP/1.1\r\nHost: a\r\nMetadata: true\r\nContent-Length: 4\r\n\r\nbody";

void check_sample(request_text& text) {
  const auto view = text.view();
  CHECK(view.method == "POST");
  CHECK(view.target == "/path?q=1");
  REQUIRE(view.fields.size() == 3);
  CHECK(view.fields[1].name == "Metadata");
  CHECK(view.field("metadata") == "true");
  CHECK(view.field("HOST") == "a");
  CHECK_FALSE(view.field("Hos"));
  CHECK(view.body == "body");
}

}  // namespace

TEST_CASE("a request is parsed the same wherever it is split") {
  request_text text;
  for (std::size_t cut = 1; cut < sample.size(); ++cut) {
    request_parser parser(text, 1000, 1000);
    feeder input(parser);
    REQUIRE_FALSE(input.feed(sample.substr(0, cut)));
    REQUIRE_FALSE(parser.is_done());
    REQUIRE_FALSE(input.feed(sample.substr(cut)));
    REQUIRE(parser.is_done());
    check_sample(text);
  }
}

TEST_CASE("a request is parsed byte by byte, and the bytes after it are left unread") {
  request_text text;
  request_parser parser(text, 1000, 1000);
  feeder input(parser);
  for (const char c : sample.substr(0, sample.size() - 1)) {
    REQUIRE_FALSE(input.feed({&c, 1}));
  }
  REQUIRE_FALSE(input.feed("yGET /next"));
  REQUIRE(parser.is_done());
  check_sample(text);
  CHECK(input.left() == "GET /next");
}

TEST_CASE("the limit applies to all fields together, even if they arrive one by one") {
  request_text text;
  request_parser parser(text, 1000, 1000);
  feeder input(parser);
  REQUIRE_FALSE(input.feed("GET / HTTP/1.1\r\n"));
  boost::beast::error_code error;
  int fields = 0;
  while (!error && fields < 1000) {
    error = input.feed("Name: value\r\nX");
    ++fields;
  }
  CHECK(error == beast_http::error::header_limit);
  CHECK(fields < 100);
}

TEST_CASE("the limit applies to all chunks together, even if they arrive one by one") {
  request_text text;
  request_parser parser(text, 1000, 100);
  feeder input(parser);
  REQUIRE_FALSE(input.feed("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"));
  boost::beast::error_code error;
  int chunks = 0;
  while (!error && chunks < 1000) {
    error = input.feed("5\r\nabcde\r\n");
    ++chunks;
  }
  CHECK(error == beast_http::error::body_limit);
  CHECK(chunks == 21);
}

TEST_CASE("nothing of a request remains for the next one") {
  request_text text;
  {
    request_parser parser(text, 1000, 1000);
    feeder(parser).feed(sample);
  }
  request_parser parser(text, 1000, 1000);
  REQUIRE_FALSE(feeder(parser).feed("GET /n HTTP/1.0\r\n\r\n"));
  CHECK(parser.is_http_1_0());
  const auto view = text.view();
  CHECK(view.target == "/n");
  CHECK(view.fields.empty());
  CHECK(view.body.empty());
}

TEST_CASE("a target in absolute form is read as path, query and authority") {
  struct form {
    std::string target;
    std::string_view path_and_query;
    std::string_view authority;
  };
  const auto each =
      GENERATE(form{"http://169.254.169.254/a?b=c", "/a?b=c", "169.254.169.254"},
               form{"HTTP://[::1]:80/a", "/a", "[::1]:80"}, form{"https://host", "/", "host"},
               form{"http://host:1?b=http://c/", "/?b=http://c/", "host:1"},
               form{"http:///a", "/a", ""}, form{"http://user@host/a", "/a", "user@host"});
  CAPTURE(each.target);
  request_text text;
  request_parser parser(text, 1000, 1000);
  REQUIRE_FALSE(feeder{parser}.feed("GET " + each.target + " HTTP/1.1\r\nHost: other\r\n\r\n"));
  const auto view = text.view();
  CHECK(view.target == each.path_and_query);
  CHECK(view.authority == each.authority);
  CHECK(view.host() == each.authority);
}

TEST_CASE("other targets have no authority, and the next request forgets the last one's") {
  request_text text;
  {
    request_parser first(text, 1000, 1000);
    REQUIRE_FALSE(feeder{first}.feed("GET http://host/ HTTP/1.1\r\n\r\n"));
    CHECK(text.view().host() == "host");
  }
  const std::string target = GENERATE("/http://host/", "ftp://host/", "http:/host/", "*");
  request_parser parser(text, 1000, 1000);
  REQUIRE_FALSE(feeder{parser}.feed("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n"));
  CHECK(text.view().target == target);
  CHECK_FALSE(text.view().authority);
  CHECK(text.view().host() == "a");
}

TEST_CASE("a field that occurs twice is not the only one") {
  request_text text;
  request_parser parser(text, 1000, 1000);
  REQUIRE_FALSE(feeder{parser}.feed("GET / HTTP/1.1\r\nA: 1\r\na: 1\r\nB: 2\r\n\r\n"));
  const auto view = text.view();
  CHECK(view.count("A") == 2);
  CHECK_FALSE(view.only_field("A"));
  CHECK(view.only_field("b") == "2");
  CHECK_FALSE(view.only_field("c"));
}

TEST_CASE("a body in a coding that is not known is refused, and is not the next request") {
  for (const std::string coding : {"xchunked", "gzip", "gzip, chunked", "chunked, identity",
                                   "identity", "chunked, chunked", ""}) {
    INFO(coding);
    request_text text;
    request_parser parser(text, 1000, 100);
    feeder input(parser);
    CHECK(input.feed("GET / HTTP/1.1\r\nTransfer-Encoding: " + coding + "\r\n\r\n0\r\n\r\n") ==
          beast_http::error::bad_transfer_encoding);
  }
}
