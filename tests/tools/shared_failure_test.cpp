// What processes that wait for the same token tell each other of a failure.
#include "tools/store/shared_failure.hpp"

#include "tests/support/catch.hpp"

#include <chrono>
#include <string>

using namespace midas;
using namespace midas::internal::tools;
using namespace std::chrono_literals;

namespace {

error refusal() {
  error result;
  result.code = errc::identity_not_found;
  result.message = "IMDS does not have the identity \"a\\b\"";
  result.advice = "Assign it – für immer";
  result.source = "IMDS";
  result.http_status = 400;
  result.service_code = "invalid_request";
  result.service_description = "Identity not found";
  result.correlation_id = "1b2c";
  result.retry_after = 1'500ms;
  return result;
}

}  // namespace

TEST_CASE("a failure is one line, and the same when it is read") {
  const auto text = failure_text(refusal());
  CHECK(text.find('\n') == std::string::npos);
  const auto read = read_failure(text);
  REQUIRE(read);
  CHECK(to_string(*read) == to_string(refusal()));
  CHECK(read->code == errc::identity_not_found);
  CHECK(read->source == "IMDS");
  CHECK(read->service_description == "Identity not found");
  CHECK(read->retry_after == 1'500ms);
  auto plain = refusal();
  plain.retry_after.reset();
  plain.advice.clear();
  CHECK(to_string(read_failure(failure_text(plain)).value()) == to_string(plain));
}

TEST_CASE("a text that is not a failure is not read as one") {
  CHECK_FALSE(read_failure(""));
  CHECK_FALSE(read_failure("4711 midas"));
  CHECK_FALSE(read_failure("{}"));
  CHECK_FALSE(read_failure("[]"));
  CHECK_FALSE(read_failure(R"({"code": 14})"));
  CHECK_FALSE(read_failure(R"({"code": "14", "http_status": 400})"));
  CHECK_FALSE(read_failure(R"({"code": 14.5, "http_status": 400})"));
  for (const auto* const code : {"0", "-1", "250", "270", "99999999999999999999"}) {
    INFO(code);
    CHECK_FALSE(read_failure(std::string{R"({"http_status": 400, "code": )"}.append(code) + "}"));
  }
  CHECK_FALSE(read_failure(R"({"code": 14, "http_status": 1000})"));
  const auto whole = failure_text(refusal());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK_FALSE(read_failure(whole.substr(0, size)));
  }
}

TEST_CASE("a failure that was read has no line breaks and no endless pause") {
  const auto read = read_failure(
      R"({"code": 16, "http_status": 429, "message": "a\nb\u001b[2J", "retry_after_ms": 9223372036854775807})");
  REQUIRE(read);
  CHECK(read->message == "a b [2J");
  CHECK(read->retry_after == 24h);
  CHECK_FALSE(
      read_failure(R"({"code": 16, "http_status": 429, "retry_after_ms": -1})")->retry_after);
}

TEST_CASE("a refusal is shared, and a failure that may pass only if its pause is too long") {
  CHECK(is_shared(refusal(), 100s));
  auto other = refusal();
  other.retry_after.reset();
  other.code = errc::request_rejected;
  CHECK(is_shared(other, 100s));
  other.http_status = 0;
  CHECK_FALSE(is_shared(other, 100s));
  other.http_status = 500;
  CHECK_FALSE(is_shared(other, 100s));
  other.http_status = 429;
  other.code = errc::throttled;
  CHECK_FALSE(is_shared(other, 100s));
  other.retry_after = 10s;
  CHECK_FALSE(is_shared(other, 11s));
  CHECK(is_shared(other, 9s));
  error own_timeout;
  own_timeout.code = errc::deadline_exceeded;
  CHECK_FALSE(is_shared(own_timeout, 100s));
}
