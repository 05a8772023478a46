#include "messages/make_error.hpp"
#include "tests/support/catch.hpp"
#include <midas/error.hpp>

#include <set>
#include <sstream>
#include <string>

using namespace midas;
using namespace midas::internal;

TEST_CASE("every error code has a name of its own") {
  std::set<std::string_view> names;
  for (int number = 1; number <= 32; ++number) {
    const auto name = to_string(static_cast<errc>(number));
    CHECK(name != "unknown");
    names.insert(name);
  }
  CHECK(names.size() == 32);
  CHECK(to_string(errc::forked) == "forked");
  CHECK(to_string(errc::not_started) == "not_started");
  CHECK(to_string(errc::store_failed) == "store_failed");
  CHECK(to_string(static_cast<errc>(0)) == "unknown");
  CHECK(to_string(static_cast<errc>(255)) == "unknown");
  CHECK(to_string(errc::identity_not_found) == "identity_not_found");
}

TEST_CASE("an error is shown in one line, with all details and the advice") {
  error e;
  e.code = errc::request_rejected;
  e.message = "IMDS refused a token for R";
  e.advice = "Check the resource";
  e.source = "IMDS";
  e.http_status = 400;
  e.service_code = "invalid_resource";
  e.service_description = "AADSTS500011";
  e.correlation_id = "77145480";
  const std::string line =
      "request_rejected: IMDS refused a token for R (HTTP 400, service code \"invalid_resource\", "
      "AADSTS500011, correlation id 77145480). Check the resource";
  CHECK(to_string(e) == line);
  std::ostringstream out;
  out << e << ' ' << e.code;
  CHECK(out.str() == line + " request_rejected");
}

TEST_CASE("a host's code that is a word is not read as midas's own") {
  error e;
  e.code = errc::service_unavailable;
  e.message = "IMDS fails at the moment";
  e.http_status = 503;
  e.service_code = "unknown";
  CHECK(to_string(e) ==
        "service_unavailable: IMDS fails at the moment (HTTP 503, service code \"unknown\")");
}

TEST_CASE("missing details are omitted from the line") {
  error e;
  e.code = errc::cancelled;
  e.message = "the caller cancelled";
  CHECK(to_string(e) == "cancelled: the caller cancelled");
  e.http_status = 503;
  CHECK(to_string(e) == "cancelled: the caller cancelled (HTTP 503)");
  e.http_status = 0;
  e.advice = "Ask again";
  CHECK(to_string(e) == "cancelled: the caller cancelled. Ask again");
}

TEST_CASE("a failure holds its code, message and advice") {
  const auto failed = [](std::string advice) -> expected<int> {
    return fail(errc::unreachable, "no connection", std::move(advice));
  };
  REQUIRE_FALSE(failed("Look"));
  CHECK(failed("Look").error().code == errc::unreachable);
  CHECK(failed("Look").error().message == "no connection");
  CHECK(failed("Look").error().advice == "Look");
  CHECK(failed({}).error().http_status == 0);
  CHECK_FALSE(failed({}).error().retry_after);
}
