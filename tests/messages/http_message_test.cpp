#include "messages/http_message.hpp"

#include "tests/support/catch.hpp"

#include <string>

using namespace midas;
using namespace midas::internal;

TEST_CASE("the first header of a name is found, ignoring case") {
  http_response response;
  response.headers = {{"Content-Type", "text"}, {"RETRY-after", "1"}, {"Retry-After", "2"}};
  REQUIRE(find_header(response, "Retry-After") != nullptr);
  CHECK(find_header(response, "Retry-After")->value == "1");
  CHECK(find_header(response, "retry") == nullptr);
  CHECK(find_header(response, "") == nullptr);
  CHECK(find_header({}, "Retry-After") == nullptr);
}

TEST_CASE("requests and responses are shown without values") {
  http_request request;
  request.url = "http://127.0.0.1/token?code=passphrase";
  request.headers = {{"X-IDENTITY-HEADER", "passphrase"}};
  request.body = "passphrase";
  CHECK(to_string(request) == "http_request(GET http://127.0.0.1/token, headers=1, body_bytes=10)");
  http_response response;
  response.status = 200;
  response.headers = {{"Set-Cookie", "passphrase"}};
  response.body = "passphrase";
  CHECK(to_string(response) == "http_response(status=200, headers=1, body_bytes=10)");
}
