#include "simulator/http/response_writer.hpp"

#include "tests/support/catch.hpp"

#include <string>

using namespace midas::internal::simulator;
using namespace std::chrono_literals;

TEST_CASE("a response has a status line, fields, date, length and body") {
  response answer;
  answer.status = 404;
  answer.add_field("Server", "IMDS");
  answer.body = "text";
  framing frame;
  frame.date = "today";
  std::string out = "before ";
  append_response(out, answer, frame);
  CHECK(out ==
        "before HTTP/1.1 404 Not Found\r\nServer: IMDS\r\nDate: today\r\nContent-Length: 4\r\n\r\n"
        "text");
}

TEST_CASE("a response can announce that the connection closes, and omit its body") {
  response answer;
  answer.body = "text";
  framing frame;
  frame.date = "today";
  frame.connection = "close";
  frame.with_body = false;
  std::string out;
  append_response(out, answer, frame);
  CHECK(out == "HTTP/1.1 200 OK\r\nDate: today\r\nContent-Length: 4\r\nConnection: close\r\n\r\n");
}

TEST_CASE("a cleared response equals a new one") {
  response answer;
  answer.status = 500;
  answer.add_field("A", "b");
  answer.body = "text";
  answer.delay = 1s;
  answer.close = answer.token_request = true;
  answer.counted = false;
  answer.resource = "https://r";
  answer.clear();
  CHECK(answer.status == 200);
  CHECK(answer.fields.empty());
  CHECK(answer.body.empty());
  CHECK(answer.delay == 0s);
  CHECK_FALSE(answer.close);
  CHECK_FALSE(answer.token_request);
  CHECK(answer.counted);
  CHECK(answer.resource.empty());
}
