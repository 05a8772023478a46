#include "proxy/observation/status_json.hpp"

#include "tests/proxy/observation/sample_requests.hpp"
#include "tests/support/any_text.hpp"
#include "tests/support/catch.hpp"

#include <rapidcheck.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <string>

using namespace midas;
using namespace midas::internal::proxy;
using namespace midas::internal::test;
using Catch::Matchers::Contains;

namespace {

struct watched_proxy {
  wall_time now = noon;
  observation seen{{.workers = 2, .version = "1.2.3", .now = [this] { return now; }}};

  [[nodiscard]] rapidjson::Document status() const {
    rapidjson::Document result;
    result.Parse(status_json(seen.look()).c_str());
    REQUIRE_FALSE(result.HasParseError());
    return result;
  }
};

std::string text_at(const rapidjson::Value& object, const char* name) {
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() ? "absent" : found->value.GetString();
}

std::int64_t milliseconds(wall_time time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace

TEST_CASE("the status of a proxy that nobody has used is empty") {
  const watched_proxy proxy;
  const auto status = proxy.status();
  CHECK(text_at(status, "version") == "1.2.3");
  CHECK(status["now"].GetInt64() == milliseconds(noon));
  CHECK(text_at(status["host"], "state") == "not_asked");
  CHECK(status["requests"]["saved"].GetUint64() == 0);
  CHECK(status["tokens"].Empty());
  CHECK(status["clients"].Empty());
  CHECK(status["failures"].Empty());
  CHECK(status["refusals"].Empty());
}

TEST_CASE("a token has its lifetime, its next refresh and the users that requested it") {
  watched_proxy proxy;
  grant(proxy.seen, key_for("https://vault.azure.net"), noon);
  serve(proxy.seen, {.result = token_result::fetched}, 0);
  serve(proxy.seen, {}, 1);
  serve(proxy.seen, {.who = user(33)}, 1);
  const auto status = proxy.status();
  REQUIRE(status["tokens"].Size() == 1);
  const auto& token = status["tokens"][0];
  CHECK(text_at(token, "resource") == "https://vault.azure.net");
  CHECK(text_at(token, "identity") == "system-assigned");
  CHECK(text_at(token, "state") == "held");
  CHECK(token["refresh_at"].GetInt64() == milliseconds(noon + 12h));
  CHECK(token["expires_on"].GetInt64() ==
        milliseconds(std::chrono::floor<std::chrono::seconds>(noon + 24h)));
  CHECK(token["requests"].GetUint64() == 3);
  REQUIRE(token["askers"].Size() == 2);
  CHECK(token["askers"][0]["uid"].GetUint() == 1000);
  CHECK(token["askers"][0]["requests"].GetUint64() == 2);
  CHECK(status["requests"]["answered"].GetUint64() == 3);
  CHECK(status["requests"]["saved"].GetUint64() == 2);
  CHECK(status["clients"].Size() == 2);
}

TEST_CASE("a token whose refresh fails, one that has expired, and one that was never granted") {
  watched_proxy proxy;
  grant(proxy.seen, key_for("a"), noon);
  proxy.seen.note(acquisition_failed{key_for("a"), busy_error(), 1s});
  proxy.seen.note(acquisition_started{key_for("b")});
  proxy.seen.note(acquisition_failed{key_for("c"), busy_error(), 1s});
  grant(proxy.seen, key_for("d"), noon - 48h);
  serve(proxy.seen, {.query = query_for("e")});
  const auto status = proxy.status();
  REQUIRE(status["tokens"].Size() == 5);
  CHECK(text_at(status["tokens"][0], "state") == "refresh_failing");
  CHECK(text_at(status["tokens"][0]["failure"], "code") == "throttled");
  CHECK(text_at(status["tokens"][1], "state") == "acquiring");
  CHECK(text_at(status["tokens"][2], "state") == "failed");
  CHECK(text_at(status["tokens"][3], "state") == "expired");
  CHECK(text_at(status["tokens"][4], "state") == "not_held");
}

TEST_CASE("the host is well, throttles until a time, or fails since a time and for a reason") {
  watched_proxy proxy;
  proxy.seen.note(host_chosen{identity_host::imds, "http://host/path", "an option"});
  grant(proxy.seen, key_for("a"), noon);
  CHECK(text_at(proxy.status()["host"], "state") == "well");
  CHECK(text_at(proxy.status()["host"], "address") == "http://host/path");
  proxy.seen.note(host_throttled{30s});
  CHECK(text_at(proxy.status()["host"], "state") == "throttled");
  CHECK(proxy.status()["host"]["throttled_until"].GetInt64() == milliseconds(noon + 30s));
  proxy.now += 31s;
  CHECK(text_at(proxy.status()["host"], "state") == "well");
  proxy.seen.note(host_failing{busy_error(), 3, 500ms});
  const auto failing = proxy.status();
  CHECK(text_at(failing["host"], "state") == "failing");
  CHECK(failing["host"]["failing_since"].GetInt64() == milliseconds(noon + 31s));
  CHECK(text_at(failing["host"]["failure"], "message") == "IMDS is throttling");
  proxy.seen.note(host_recovered{});
  CHECK(text_at(proxy.status()["host"], "state") == "well");
}

TEST_CASE("a refusal of the proxy has advice, and the user whose request it was") {
  watched_proxy proxy;
  serve(proxy.seen, {.query = std::nullopt,
                     .result = token_result::denied,
                     .status = 400,
                     .reason = "metadata_header_missing"});
  serve(proxy.seen,
        {.who = user(33),
         .result = token_result::denied,
         .reason = "metadata_header_missing",
         .at = noon + 1s},
        1);
  proxy.seen.rejected(0, user(44), rejection::uid_not_allowed);
  const auto status = proxy.status();
  REQUIRE(status["refusals"].Size() == 2);
  const auto& newest = status["refusals"][0];
  CHECK(text_at(newest, "reason") == "metadata_header_missing");
  CHECK(newest["count"].GetUint64() == 2);
  CHECK(newest["uid"].GetUint() == 33);
  CHECK_THAT(text_at(newest, "advice"), Contains("Metadata: true"));
  CHECK(text_at(status["refusals"][1], "reason") == "uid_not_allowed");
  CHECK(status["connections"]["rejected"].GetUint64() == 1);
}

TEST_CASE("texts of clients are shown on one line, and cut") {
  watched_proxy proxy;
  serve(proxy.seen, {.query = query_for("<script>alert(1)</script>\xe2\x80\xaeoxe"),
                     .result = token_result::denied,
                     .reason = "resource_not_allowed"});
  CHECK(text_at(proxy.status()["refusals"][0], "resource") ==
        R"(<script>alert(1)</script>\u{202e}oxe)");
  grant(proxy.seen, key_for("https://" + std::string(1'992, 'a')), noon);
  const auto cut = text_at(proxy.status()["tokens"][0], "resource");
  CHECK(cut.size() < 310);
  CHECK(cut.ends_with("…"));
}

TEST_CASE("at most 200 tokens are listed, and those with the most requests stay") {
  watched_proxy proxy;
  for (int at = 0; at < 500; ++at) {
    grant(proxy.seen, key_for("r" + std::to_string(at)), noon);
  }
  serve(proxy.seen, {.query = query_for("wanted")});
  const auto status = proxy.status();
  CHECK(status["tokens"].Size() == max_listed);
  CHECK(status["tokens_left_out"].GetUint64() == 501 - max_listed);
  const auto tokens = status["tokens"].GetArray();
  CHECK(std::ranges::any_of(
      tokens, [](const auto& each) { return text_at(each, "resource") == "wanted"; }));
}

TEST_CASE("whatever clients send, the status is JSON in printable ASCII without a token") {
  const auto holds = rc::check([] {
    observation seen{{.now = [] { return noon; }}};
    const auto id = *any_text();
    const auto identity =
        *rc::gen::element(managed_identity::client_id(id), managed_identity::resource_id(id));
    serve(seen, {.query = query_for(*any_text(), identity)});
    serve(seen, {.query = query_for(*any_text(), identity),
                 .result = token_result::failed,
                 .reason = *any_text()});
    auto failure = busy_error();
    failure.message = *any_text();
    seen.note(acquisition_failed{key_for(*any_text(), identity), failure, 1s});
    const auto json = status_json(seen.look());
    RC_ASSERT(std::ranges::all_of(json, [](char c) { return c >= ' ' && c <= '~'; }));
    rapidjson::Document read;
    read.Parse(json.c_str());
    RC_ASSERT(!read.HasParseError());
  });
  CHECK(holds);
  watched_proxy proxy;
  const std::string token = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJhdWQiOiJ4In0.c2lnbmF0dXJl";
  serve(proxy.seen, {.query = query_for("https://x/?t=" + token)});
  const std::string long_token = "eyJhbGciOiJSUzI1NiJ9." + std::string(900, 'x') + ".c2lnbmF0dXJl";
  serve(proxy.seen, {.query = query_for("https://y/?t=" + long_token)});
  serve(proxy.seen, {.query = query_for(long_token), .result = token_result::denied});
  CHECK_THAT(status_json(proxy.seen.look()), !Contains("c2lnbmF0dXJl") && !Contains("eyJ"));
}
