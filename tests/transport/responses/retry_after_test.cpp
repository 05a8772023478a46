#include "transport/responses/retry_after.hpp"

#include "tests/support/catch.hpp"

#include <optional>
#include <string>

namespace retry_after_test {

using namespace midas;
using namespace midas::internal;
using namespace std::chrono_literals;
using std::chrono::sys_seconds;

namespace {

constexpr sys_seconds now{784111777s};  // Sun, 06 Nov 1994 08:49:37 GMT

std::optional<std::chrono::milliseconds> retry_after(std::string_view value) {
  http_response response;
  response.headers = {{"X-Other", "1"}, {"retry-after", sensitive_string{value}}};
  return read_retry_after(response, now);
}

}  // namespace

TEST_CASE("Retry-After is seconds or a date") {
  const auto [text, wait] = GENERATE(table<std::string, std::chrono::milliseconds>({
      {"0", 0ms},
      {"1", 1s},
      {"120", 120s},
      {"0.5", 500ms},
      {"1.25", 1250ms},
      {"1.0001", 1001ms},
      {"0.0000", 0ms},
      {" 7\t", 7s},
      {"Sun, 06 Nov 1994 08:49:37 GMT", 0ms},
      {"Sun, 06 Nov 1994 08:49:47 GMT", 10s},
      {"Mon, 07 Nov 1994 08:49:37 GMT", 24h},
      {"31536000", 24h * 365},
      {"31536001", 24h * 365},
      {"99999999999999999999999999999999", 24h * 365},
      {"Fri, 31 Dec 9999 23:59:59 GMT", 24h * 365},
  }));
  CHECK(retry_after(text) == wait);
}

TEST_CASE("a Retry-After that is unreadable or in the past is ignored") {
  const std::string text = GENERATE(
      as<std::string>{}, "", " ", "-1", "-0.5", "+1", "1s", "1,5", "1.", ".5", "1.2.3", "1e3",
      "0x10", "soon", "1 2", "Sun, 06 Nov 1994 08:49:36 GMT", "Sun, 06 Nov 1994 08:49:37",
      "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 31 Feb 1995 08:49:37 GMT", "1994-11-07T08:49:37Z");
  CHECK_FALSE(retry_after(text));
}

TEST_CASE(
    "a date in Retry-After is measured by the clock of the host, if the host states its time") {
  const auto wait = [](std::string_view date, std::string_view until) {
    http_response response;
    response.headers = {{"date", sensitive_string{date}}, {"Retry-After", sensitive_string{until}}};
    return read_retry_after(response, now);
  };
  // The host's clock is an hour ahead, or an hour behind.
  CHECK(wait("Sun, 06 Nov 1994 09:49:37 GMT", "Sun, 06 Nov 1994 09:49:47 GMT") == 10s);
  CHECK(wait(" Sun, 06 Nov 1994 07:49:37 GMT ", "Sun, 06 Nov 1994 07:49:47 GMT") == 10s);
  CHECK_FALSE(wait("Sun, 06 Nov 1994 09:49:37 GMT", "Sun, 06 Nov 1994 09:49:36 GMT"));
  // Seconds do not depend on a clock, and a malformed Date does not count.
  CHECK(wait("Sun, 06 Nov 1994 09:49:37 GMT", "7") == 7s);
  CHECK(wait("yesterday", "Sun, 06 Nov 1994 08:49:47 GMT") == 10s);
  CHECK(wait("", "Sun, 06 Nov 1994 08:49:47 GMT") == 10s);
}

TEST_CASE("without the header there is no Retry-After") { CHECK_FALSE(read_retry_after({}, now)); }

}  // namespace retry_after_test
