#include "proxy/administration/admin_protocol.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/parsed_json.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::proxy;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

constexpr uid_t proxy_user = 998;
constexpr std::chrono::sys_seconds now{1'900'000'000s};
const std::string a_guid = "6a5e2a10-0d4b-4c57-9a7e-1f0de8a8b3c1";

// Records what it was asked.
struct recording_proxy final : administration {
  std::vector<held_key> keys() override {
    calls.emplace_back("keys");
    return held;
  }
  std::size_t flush(const key_selection& selected) override {
    calls.push_back("flush " + selected.resource.value_or("-") + " " +
                    selected.identity.value_or("-"));
    return 3;
  }
  configuration_result<std::vector<configuration_change>> reload() override {
    calls.emplace_back("reload");
    return reloading;
  }
  void drain() override { calls.emplace_back("drain"); }

  std::vector<held_key> held;
  configuration_result<std::vector<configuration_change>> reloading;
  std::vector<std::string> calls;
};

admin_reply ask(recording_proxy& proxy, std::string_view method, std::string_view target,
                std::optional<uid_t> uid = uid_t{0}, std::string_view body = {}) {
  return answer_admin({method, target, {}, body}, {.connection = 1, .uid = uid, .address = "unix"},
                      proxy_user, proxy, now);
}

using calls = std::vector<std::string>;

}  // namespace

TEST_CASE("root and the user of the proxy may administrate it; nobody else") {
  for (const uid_t uid : {uid_t{0}, proxy_user}) {
    recording_proxy proxy;
    CHECK(ask(proxy, "POST", "/drain", uid).status == 202);
    CHECK(proxy.calls == calls{"drain"});
  }
  for (const auto uid : {std::optional<uid_t>{1000}, std::optional<uid_t>{}}) {
    recording_proxy proxy;
    for (const auto* target : {"/keys", "/flush", "/reload", "/drain", "/"}) {
      CHECK(ask(proxy, "POST", target, uid).status == 403);
      CHECK(ask(proxy, "GET", target, uid).status == 403);
    }
    CHECK(proxy.calls.empty());
  }
}

TEST_CASE("other paths and methods do nothing") {
  recording_proxy proxy;
  for (const auto* path : {"/", "", "/key", "/keys/", "/KEYS", "//keys", "/flush/", "/%6beys",
                           "http://x/keys", "/metadata/identity/oauth2/token"}) {
    INFO(path);
    CHECK(ask(proxy, "GET", path).status == 404);
    CHECK(ask(proxy, "POST", path).status == 404);
  }
  CHECK(ask(proxy, "POST", "/keys").status == 405);
  CHECK(ask(proxy, "POST", "/keys").allow == "GET");
  for (const auto* method : {"GET", "PUT", "post", "HEAD", ""}) {
    for (const auto* path : {"/flush", "/reload", "/drain"}) {
      const auto reply = ask(proxy, method, path);
      CHECK(reply.status == 405);
      CHECK(reply.allow == "POST");
    }
  }
  CHECK(proxy.calls.empty());
}

TEST_CASE("a flush selects by resource and identity, in each of their spellings") {
  recording_proxy proxy;
  CHECK(ask(proxy, "POST", "/flush").body == "{\"flushed\":3}\n");
  ask(proxy, "POST", "/flush?");
  ask(proxy, "POST", "/flush?resource=https%3A%2F%2FVault.azure.net%2F.default");
  ask(proxy, "POST", "/flush?identity=system-assigned");
  ask(proxy, "POST", "/flush?identity=6A5E2A10-0d4b-4c57-9a7e-1f0de8a8b3c1&resource=r");
  CHECK(proxy.calls == calls{"flush - -", "flush - -", "flush https://vault.azure.net -",
                             "flush - system-assigned", "flush r " + a_guid});
}

TEST_CASE("a request that is not exactly a command does nothing") {
  recording_proxy proxy;
  for (const auto* target :
       {"/flush?rsrc=x", "/flush?resource=x&resource=x",
        "/flush?resource=", "/flush?resource=a%20b", "/flush?resource=%zz",
        "/flush?identity=", "/flush?identity=*", "/flush?identity=someone",
        "/flush?resource=x&all=1", "/flush?x", "/reload?now", "/drain?now=1"}) {
    INFO(target);
    const auto reply = ask(proxy, "POST", target);
    CHECK(reply.status == 400);
    CHECK(test::member(reply.body, "message") != "absent");
  }
  CHECK(ask(proxy, "GET", "/keys?resource=x").status == 400);
  CHECK(ask(proxy, "POST", "/flush", uid_t{0}, "resource=x").status == 400);
  CHECK(proxy.calls.empty());
}

TEST_CASE("the keys are listed in order, with their remaining life, as JSON of any content") {
  recording_proxy proxy;
  proxy.held = {{{managed_identity::client_id("b\"\xff"), "https://z"}, now + 100s, -5s},
                {{{}, "https://a\n"}, now + 3600s, 1800s}};
  const auto reply = ask(proxy, "GET", "/keys");
  CHECK(reply.status == 200);
  CHECK(
      reply.body ==
      "{\"keys\":[{\"resource\":\"https://a\\n\",\"identity_kind\":\"system-assigned\",\"identity\""
      ":\"\",\"expires_on\":1900003600,\"expires_in\":3600,\"refresh_in\":1800},"
      "{\"resource\":\"https://z\",\"identity_kind\":\"client "
      "id\",\"identity\":\"b\\\"\xef\xbf\xbd\","
      "\"expires_on\":1900000100,\"expires_in\":100,\"refresh_in\":-5}]}\n");
}

TEST_CASE("a reload says what it has changed, and what needs a restart") {
  recording_proxy proxy;
  proxy.reloading = std::vector<configuration_change>{{"listeners", true}, {"tokens", false}};
  CHECK(ask(proxy, "POST", "/reload").body ==
        "{\"reloaded\":[\"tokens\"],\"needs_restart\":[\"listeners\"]}\n");
}

TEST_CASE("a configuration that is wrong is refused with all problems") {
  recording_proxy proxy;
  proxy.reloading = tl::unexpected{configuration_problems{{"workers", "is 99", "Write less"}}};
  const auto reply = ask(proxy, "POST", "/reload");
  CHECK(reply.status == 422);
  CHECK_THAT(reply.body, Contains("\"problems\":[{\"member\":\"workers\",\"what\":\"is 99\","
                                  "\"remedy\":\"Write less\"}]"));
}

TEST_CASE("a selection compares keys as the rules do") {
  const token_key vault{{}, "https://vault.azure.net/"};
  const token_key of_client{managed_identity::client_id(a_guid), "https://vault.azure.net"};
  CHECK(key_selection{}.selects(vault));
  CHECK(key_selection{.resource = "https://vault.azure.net"}.selects(vault));
  CHECK_FALSE(key_selection{.resource = "https://other"}.selects(vault));
  CHECK(key_selection{.identity = "system-assigned"}.selects(vault));
  CHECK_FALSE(key_selection{.identity = "system-assigned"}.selects(of_client));
  CHECK(key_selection{.identity = a_guid}.selects(of_client));
  CHECK_FALSE(key_selection{.identity = a_guid}.selects(vault));
  CHECK_FALSE(key_selection{.resource = "https://other", .identity = a_guid}.selects(of_client));
}
