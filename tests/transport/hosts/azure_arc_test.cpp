#include "transport/hosts/azure_arc.hpp"

#include "messages/make_error.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace std::chrono_literals;
using std::chrono::sys_seconds;

namespace {

constexpr sys_seconds now{1'700'000'000s};
const std::string url = "http://127.0.0.1:40342/metadata/identity/oauth2/token";
const std::string linux_directory = "/var/opt/azcmagent/tokens";
const std::string windows_directory = R"(C:\ProgramData\AzureConnectedMachineAgent\Tokens)";
const std::string key_path = linux_directory + "/5d0f.key";
const token_request vault{.resource = "https://vault.azure.net"};
const std::string guid = "11111111-aaaa-1111-1111-111111111111";

std::string header(const http_request& request, std::string_view name) {
  for (const auto& each : request.headers) {
    if (each.name == name) {
      return std::string{each.value};
    }
  }
  return {};
}

http_response response_of(int status, std::string_view body) {
  http_response response;
  response.status = status;
  response.body = body;
  return response;
}

http_response challenge(std::string_view value) {
  auto response = response_of(401, "");
  response.headers = {{"Server", "agent"}, {"www-authenticate", sensitive_string{value}}};
  return response;
}

// One key file, and a record of what was asked for.
struct key_files {
  std::string content = "hush";
  std::vector<std::string> read{};

  credential_files as_files() {
    credential_files result;
    result.read_key = [this](const std::string& path, std::size_t) {
      read.push_back(path);
      return expected<sensitive_string>{sensitive_string{content}};
    };
    return result;
  }
};

expected<http_request> answer(http_response response, key_files& files,
                              const token_request& request = vault) {
  return azure_arc::answer_challenge(url, request, std::move(response), now, linux_directory,
                                     files.as_files());
}

host_environment arc_environment(std::string endpoint = {}) {
  host_environment result;
  if (!endpoint.empty()) {
    result.variables = {{"IDENTITY_ENDPOINT", std::move(endpoint)},
                        {"IMDS_ENDPOINT", "http://localhost:40342"}};
  }
  result.arc_agent_installed = true;
  return result;
}

void check_rejected(const error& problem) {
  CAPTURE(to_string(problem));
  CHECK(problem.code == errc::challenge_rejected);
  CHECK(problem.source == "Azure Arc");
  CHECK_FALSE(problem.advice.empty());
  CHECK(to_string(problem).find("hush") == std::string::npos);
}

}  // namespace

TEST_CASE("Arc's agent is asked where IDENTITY_ENDPOINT says, as it is, else where it listens") {
  CHECK(azure_arc::token_url(arc_environment(), false) == url);
  const auto endpoint =
      GENERATE(as<std::string>{}, "http://localhost:40342/metadata/identity/oauth2/token",
               "http://localhost:1/token/", "https://visualstudio.com/", "https://host");
  CHECK(azure_arc::token_url(arc_environment(endpoint), false) == endpoint);
}

TEST_CASE("an IDENTITY_ENDPOINT that cannot be used is refused by its name") {
  const auto [endpoint, code] = GENERATE(table<std::string, errc>({
      {"localhost/token", errc::invalid_endpoint},
      {"http://", errc::invalid_endpoint},
      {"http://127.0.0.1/token?a=b", errc::invalid_endpoint},
      {"http://127.0.0.1/token?", errc::invalid_endpoint},
      {"http://10.0.0.4/token", errc::endpoint_not_allowed},
  }));
  const auto made = azure_arc::make_protocol(arc_environment(endpoint), {});
  REQUIRE_FALSE(made);
  CHECK(made.error().code == code);
  CHECK(made.error().message.find("IDENTITY_ENDPOINT") != std::string::npos);
  CHECK(made.error().message.find(endpoint.substr(0, endpoint.find('?'))) != std::string::npos);
  CHECK(made.error().message.find("a=b") == std::string::npos);
}

TEST_CASE("key files are in one directory, which the platform has told") {
  auto environment = arc_environment();
  CHECK(azure_arc::key_directory(environment) == linux_directory);
  environment.platform = host_platform::windows;
  environment.variables = {{"ProgramData", R"(C:\ProgramData)"}};
  CHECK(azure_arc::key_directory(environment) == windows_directory);
  environment.variables = {{"ProgramData", ""}};
  CHECK(azure_arc::key_directory(environment).error().code == errc::invalid_configuration);
  CHECK(azure_arc::key_directory(environment).error().message.find("ProgramData") !=
        std::string::npos);
  environment.platform = host_platform::other;
  CHECK(azure_arc::key_directory(environment).error().code == errc::challenge_rejected);
}

TEST_CASE("a challenge is two words in any case, an equals sign and a path") {
  const auto beginning = GENERATE(as<std::string>{}, "Basic realm=", "basic REALM=");
  CHECK(azure_arc::read_challenge(beginning + key_path) == key_path);
}

TEST_CASE("a challenge of any other form is rejected") {
  const auto value =
      GENERATE(as<std::string>{}, "", "Basic ", "Basic realm", "Basic realm=", "Basic realm=a=b",
               "Basic realm=/a.key=", "Basic  realm=/a.key", "Basic realm =/a.key", "Basic=/a.key",
               "realm=/a.key", "Basicrealm=/a.key", "Digest realm=/a.key", "ABC ABC=/a.key",
               "ABCSECRET1", "Negotiate, Basic realm=/a.key", " Basic realm=/a.key",
               "Basic realm=/a.key, charset=\"UTF-8\"", "/a.key");
  const auto path = azure_arc::read_challenge(value);
  REQUIRE_FALSE(path);
  check_rejected(path.error());
}

TEST_CASE("a key file is something and .key in the agent's directory") {
  const auto [path, directory] = GENERATE(table<std::string, std::string>({
      {linux_directory + "/5d0f.key", linux_directory},
      {linux_directory + "/a.b.key", linux_directory},
      {linux_directory + "/..key.key", linux_directory},
      {windows_directory + "\\5d0f.key", windows_directory},
  }));
  CHECK(azure_arc::check_key_path(path, directory));
}

TEST_CASE("a path that leads out of the agent's directory is rejected as it is written") {
  const auto [path, directory] = GENERATE(table<std::string, std::string>({
      {"", linux_directory},
      {"a.key", linux_directory},
      {"/a.key", linux_directory},
      {"/etc/a.key", linux_directory},
      {"/path/to/secret.txt", linux_directory},
      {linux_directory, linux_directory},
      {linux_directory + ".key", linux_directory},
      {linux_directory + "2/a.key", linux_directory},
      {linux_directory + "a.key", linux_directory},
      {linux_directory + "/../tokens/a.key", linux_directory},
      {linux_directory + "/./a.key", linux_directory},
      {linux_directory + "//a.key", linux_directory},
      {linux_directory + "/sub/a.key", linux_directory},
      {"/" + linux_directory + "/a.key", linux_directory},
      {"/VAR/opt/azcmagent/tokens/a.key", linux_directory},
      {"\"" + linux_directory + "/a.key\"", linux_directory},
      {linux_directory + "\\a.key", linux_directory},
      {"~/a.key", linux_directory},
      {windows_directory + "/a.key", windows_directory},
      {windows_directory + R"(\sub\a.key)", windows_directory},
      {windows_directory + R"(\..\a.key)", windows_directory},
      {windows_directory + R"(\../a.key)", windows_directory},
      {windows_directory + R"(\\a.key)", windows_directory},
      {R"(C:\Foo\foo.key)", windows_directory},
      {R"(c:\programdata\AzureConnectedMachineAgent\Tokens\a.key)", windows_directory},
  }));
  const auto checked = azure_arc::check_key_path(path, directory);
  REQUIRE_FALSE(checked);
  check_rejected(checked.error());
  CHECK(checked.error().message.find("directory") != std::string::npos);
}

TEST_CASE("a name that is no key file's is rejected") {
  const auto name =
      GENERATE(as<std::string>{}, "", ".key", "secret.txt", "a.KEY", "a.key.txt", "a.key ", "akey",
               "a\t.key", "a\n.key", std::string("a.txt\0.key", 10));
  const auto checked = azure_arc::check_key_path(linux_directory + "/" + name, linux_directory);
  REQUIRE_FALSE(checked);
  check_rejected(checked.error());
  CHECK(checked.error().message.find("name") != std::string::npos);
}

TEST_CASE("Arc's query names version, resource and at most one identity") {
  const auto [identity, resource, query] =
      GENERATE(table<managed_identity, std::string, std::string>({
          {{}, "https://vault.azure.net/.default", "resource=https%3A%2F%2Fvault.azure.net"},
          {managed_identity::client_id("A b"), "R", "resource=R&client_id=A%20b"},
          {managed_identity::object_id("o"), "R", "resource=R&object_id=o"},
          {managed_identity::resource_id("/s/x"), "R", "resource=R&msi_res_id=%2Fs%2Fx"},
      }));
  const auto request = azure_arc::encode(url, {.identity = identity, .resource = resource});
  REQUIRE(request);
  CHECK(request->method == "GET");
  CHECK(request->url == url + "?api-version=2020-06-01&" + query);
  REQUIRE(request->headers.size() == 1);
  CHECK(header(*request, "Metadata") == "true");
}

TEST_CASE("a request that has no key is not encoded for Arc") {
  CHECK(azure_arc::encode(url, {}).error().code == errc::invalid_resource);
  CHECK(azure_arc::encode(url, {.identity = managed_identity::client_id(""), .resource = "R"})
            .error()
            .code == errc::invalid_identity);
}

TEST_CASE("a challenge is answered by the same request with the key file's content, as it is") {
  key_files files{.content = GENERATE(as<std::string>{}, "hush", " \thush=, \xe9 ",
                                      std::string(azure_arc::max_key_bytes, 'x'))};
  const auto asked = token_request{.identity = managed_identity::client_id(guid), .resource = "R"};
  const auto next = answer(challenge("Basic realm=" + key_path), files, asked);
  REQUIRE(next);
  const auto first = azure_arc::encode(url, asked);
  CHECK(next->url == first->url);
  CHECK(next->method == "GET");
  CHECK(next->body.empty());
  CHECK(next->headers.size() == 2);
  CHECK(header(*next, "Metadata") == "true");
  CHECK(header(*next, "Authorization") == "Basic " + files.content);
  CHECK(files.read == std::vector{key_path});
}

TEST_CASE("a first answer without a challenge, or with a wrong one, has no file read") {
  key_files files;
  const auto response = GENERATE_COPY(
      response_of(401, ""), challenge(""), challenge("Basic "), challenge("ABC ABC=foo.key"),
      challenge("Basic realm=" + key_path + "=x"), challenge("Basic realm=/etc/shadow.key"),
      challenge("Basic realm=" + linux_directory + "/../x.key"),
      challenge("Basic realm=\"" + key_path + "\""),
      response_of(200, R"({"access_token":"hush","expires_in":600})"), response_of(204, ""));
  const auto next = answer(response, files);
  REQUIRE_FALSE(next);
  check_rejected(next.error());
  CHECK(next.error().http_status == response.status);
  CHECK(files.read.empty());
}

TEST_CASE("an error in the place of the challenge is the service's, with its code") {
  key_files files;
  const auto [status, body, code] = GENERATE(table<int, std::string, errc>({
      {403, "", errc::request_rejected},
      {400, R"({"error":"invalid_resource"})", errc::request_rejected},
      {404, R"({"error":"identity_not_found"})", errc::identity_not_found},
      {404, "", errc::request_rejected},
      {429, "", errc::throttled},
      {500, "", errc::service_unavailable},
      {302, "", errc::request_rejected},
  }));
  auto response = challenge("Basic realm=" + key_path);
  response.status = status;
  response.body = body;
  const auto next = answer(response, files);
  REQUIRE_FALSE(next);
  CHECK(next.error().code == code);
  CHECK(next.error().source == "Azure Arc");
  CHECK(next.error().http_status == status);
  CHECK(files.read.empty());
}

TEST_CASE("a key that no header can hold is rejected by the name of its file") {
  key_files files{.content = GENERATE(as<std::string>{}, "", "hush\n", "hush\r\nX: y", "\nhush",
                                      std::string("hush\0", 5), "hush\x7f",
                                      std::string(azure_arc::max_key_bytes + 1, 'x'))};
  const auto next = answer(challenge("Basic realm=" + key_path), files);
  REQUIRE_FALSE(next);
  check_rejected(next.error());
  CHECK(next.error().message.find(key_path) != std::string::npos);
}

TEST_CASE("a key file that cannot be read says so in its own words") {
  credential_files files;
  std::size_t limit = 0;
  files.read_key = [&limit](const std::string&, std::size_t max_bytes) {
    limit = max_bytes;
    return expected<sensitive_string>{fail(errc::challenge_rejected, "no such file", "advice")};
  };
  const auto next = azure_arc::answer_challenge(url, vault, challenge("Basic realm=" + key_path),
                                                now, linux_directory, files);
  REQUIRE_FALSE(next);
  check_rejected(next.error());
  CHECK(next.error().message == "no such file");
  CHECK(limit == 4096);
}

TEST_CASE("where there is no directory, a challenge is not answered, but a missing one is told") {
  key_files files;
  const auto nowhere = expected<std::string>{fail(errc::invalid_configuration, "nowhere")};
  const auto ask = [&](http_response response) {
    return azure_arc::answer_challenge(url, vault, std::move(response), now, nowhere,
                                       files.as_files());
  };
  CHECK(ask(challenge("Basic realm=" + key_path)).error().message == "nowhere");
  check_rejected(ask(response_of(401, "")).error());
  CHECK(files.read.empty());
}

TEST_CASE("Arc's second answer becomes a grant for the resource, reduced") {
  const auto grant =
      azure_arc::decode({.resource = "https://vault.azure.net/.default"},
                        response_of(200, R"({"access_token":"AT","expires_in":"600"})"), now);
  REQUIRE(grant);
  CHECK(grant->token == secret{"AT"});
  CHECK(grant->resource == "https://vault.azure.net");
  CHECK(grant->expires_on == now + 600s);
}

TEST_CASE("Arc's refusals become errors, a second challenge too") {
  const auto [status, body, code] = GENERATE(table<int, std::string, errc>({
      {401, "", errc::request_rejected},
      {404,
       R"({"error":"identity_not_found","error_description":"has not been assigned to this )"
       R"(resource"})",
       errc::identity_not_found},
      {404, "", errc::request_rejected},
      {503, "", errc::service_unavailable},
      {200, "", errc::invalid_response},
      {200, R"({"error":"x"})", errc::invalid_response},
  }));
  auto response = challenge("Basic realm=" + key_path);
  response.status = status;
  response.body = body;
  // Neither is an identity that was not confirmed, for want of a token.
  const auto identity = GENERATE(managed_identity{}, managed_identity::client_id("c"));
  const auto grant =
      azure_arc::decode({.identity = identity, .resource = "R"}, std::move(response), now);
  REQUIRE_FALSE(grant);
  CHECK(grant.error().code == code);
  CHECK(grant.error().http_status == status);
  CHECK((status != 401 || !grant.error().advice.empty()));
}

TEST_CASE("a token for a user-assigned identity is taken when the agent repeats the id") {
  const auto id = std::string{"11111111-AAAA-1111-1111-111111111111"};
  const auto [identity, member] = GENERATE_COPY(table<managed_identity, std::string>({
      {managed_identity::client_id(guid), R"("client_id":")" + guid + '"'},
      {managed_identity::client_id(guid), R"("client_id":")" + id + '"'},
      {managed_identity::object_id(id), R"("object_id":")" + guid + '"'},
      {managed_identity::resource_id("/S/x"), R"("msi_res_id":"/s/X")"},
      {managed_identity::resource_id("/s/x"), R"("mi_res_id":"\/s\/x")"},
      {managed_identity::resource_id("/s/x"), R"("mi_res_id":"/s/x","msi_res_id":"/s/x")"},
      {managed_identity::client_id(guid), R"("client_id":"other","client_id":")" + guid + '"'},
      {managed_identity{}, R"("client_id":"whatever")"},
  }));
  const auto body = R"({"access_token":"AT","expires_in":600,)" + member + "}";
  const auto grant =
      azure_arc::decode({.identity = identity, .resource = "R"}, response_of(200, body), now);
  REQUIRE(grant);
  CHECK(grant->token == secret{"AT"});
}

TEST_CASE("a token for a user-assigned identity is not taken when the agent repeats no id") {
  const auto [identity, members] = GENERATE(table<managed_identity, std::string>({
      {managed_identity::client_id("c"), R"("resource":"R")"},
      {managed_identity::client_id("c"), R"("client_id":"d")"},
      {managed_identity::client_id("c"), R"("client_id":"")"},
      {managed_identity::client_id("c"), R"("client_id":null)"},
      {managed_identity::client_id("1"), R"("client_id":1)"},
      {managed_identity::client_id("c"), R"("client_id":["c"])"},
      {managed_identity::client_id("c"), R"("object_id":"c")"},
      {managed_identity::client_id("c"), R"("mi_res_id":"c")"},
      {managed_identity::client_id("c"), R"("client_id":"c ")"},
      {managed_identity::client_id("c"), R"("x":{"client_id":"c"})"},
      {managed_identity::client_id("c"), R"("client_id":"c","client_id":"d")"},
      {managed_identity::object_id("c"), R"("client_id":"c")"},
      {managed_identity::resource_id("/s/x"), R"("resource_id":"/s/x")"},
      {managed_identity::resource_id("/s/x"), R"("mi_res_id":"/s/x","msi_res_id":"/s/y")"},
      {managed_identity::resource_id("/s/x"), R"("msi_res_id":"/s/x","mi_res_id":null)"},
  }));
  const auto body = R"({"access_token":"hush","expires_in":600,)" + members + "}";
  const auto grant =
      azure_arc::decode({.identity = identity, .resource = "R"}, response_of(200, body), now);
  REQUIRE_FALSE(grant);
  CHECK(grant.error().code == errc::identity_not_confirmed);
  CHECK(grant.error().source == "Azure Arc");
  CHECK_FALSE(grant.error().advice.empty());
  CHECK(to_string(grant.error()).find("hush") == std::string::npos);
}

TEST_CASE("Arc's endpoint leads from a request over a challenge to a token") {
  key_files files;
  const auto endpoint = azure_arc::make_protocol(arc_environment(), {.files = files.as_files()});
  REQUIRE(endpoint);
  CHECK(endpoint->host == identity_host::azure_arc);
  CHECK(endpoint->source == "Azure Arc");
  CHECK(endpoint->address == url);
  const auto first = endpoint->encode(vault, "0123abcd");
  REQUIRE(first);
  CHECK(first->url.find("0123abcd") == std::string::npos);
  const auto second = endpoint->decode(vault, challenge("Basic realm=" + key_path), now, 0);
  REQUIRE(second);
  REQUIRE(std::holds_alternative<http_request>(*second));
  CHECK(std::get<http_request>(*second).url == first->url);
  CHECK(header(std::get<http_request>(*second), "Authorization") == "Basic hush");
  const auto body = R"({"access_token":"AT","expires_in":600})";
  const auto third = endpoint->decode(vault, response_of(200, body), now, 1);
  REQUIRE(third);
  REQUIRE(std::holds_alternative<token_grant>(*third));
  CHECK(std::get<token_grant>(*third).token == secret{"AT"});
  // No second key for a second challenge.
  CHECK_FALSE(endpoint->decode(vault, challenge("Basic realm=" + key_path), now, 1));
  CHECK(files.read.size() == 1);
}

TEST_CASE("an endpoint on a platform without an agent fails when a challenge comes") {
  key_files files;
  auto environment = arc_environment();
  environment.platform = host_platform::other;
  const auto endpoint = azure_arc::make_protocol(environment, {.files = files.as_files()});
  REQUIRE(endpoint);
  CHECK(endpoint->encode(vault, ""));
  check_rejected(endpoint->decode(vault, challenge("Basic realm=" + key_path), now, 0).error());
  CHECK(files.read.empty());
}
