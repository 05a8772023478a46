// What the proxy refuses, the host refuses in the same words.
#include "tests/proxy/server/proxy_fixture.hpp"
#include "tests/support/catch.hpp"

#include <string>

using namespace midas;
using namespace midas::internal::proxy;
using namespace midas::internal::proxy::test;

namespace {

struct agreed {
  int status = 0;
  std::string body;
  std::string server;
  std::string allow;
  bool operator==(const agreed&) const = default;
};

agreed ask(std::uint16_t port, const std::string& request) {
  raw_client client{port};
  REQUIRE(client.send(request));
  const auto reply = client.receive(!request.starts_with("HEAD"));
  REQUIRE(reply.has_value());
  const auto field = [&](const std::string& name) {
    const auto found = reply->fields.find(name);
    return found == reply->fields.end() ? std::string{} : found->second;
  };
  return {reply->status, reply->body, field("server"), field("allow")};
}

}  // namespace

TEST_CASE("the proxy refuses what IMDS refuses, as IMDS does") {
  simulated_host_options options;
  options.knows_imds_v2 = false;
  proxy_fixture proxy{on_loopback(), options};
  const std::string host = "Host: 127.0.0.1\r\n";
  const auto target = target_of("https://vault.azure.net");
  const auto request = GENERATE_COPY(
      get_request(target, ""), get_request(target, "Metadata: false\r\n"),
      get_request(target, "Metadata: true\r\nX-Forwarded-For: 1.2.3.4\r\n"),
      get_request(target + "&resource=x"), get_request(target + "&object_id=a&client_id=b"),
      get_request(target + "&client_id=nobody"), get_request(target + "&client_id="),
      get_request(target_of("")), get_request(target_of("%zz")), get_request("/"),
      get_request("/metadata/instance?api-version=2021-02-01"),
      get_request("/metadata/identity/getplatformmetadata?cred-api-version=2.0", ""),
      get_request("/metadata/identity/getplatformmetadata?cred-api-version=2.0"),
      get_request("/metadata/identity/oauth2/TOKEN"),
      get_request("/metadata/identity/oauth2/token?resource=x"),
      get_request("/metadata/identity/oauth2/token/?api-version=2001-01-01&resource=x"),
      "POST " + target + " HTTP/1.1\r\n" + host + "Metadata: true\r\nContent-Length: 0\r\n\r\n",
      "HEAD " + target + " HTTP/1.1\r\n" + host + "Metadata: true\r\n\r\n",
      "get " + target + " HTTP/1.1\r\n" + host + "Metadata: true\r\n\r\n");
  CAPTURE(request);
  const auto answer = ask(proxy.port(), request);
  CHECK(answer == ask(proxy.host.port(), request));
  CHECK(answer.status >= 400);
}
