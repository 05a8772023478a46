// The challenge of Azure Arc: its form, the path in it, and the answer to it.
#include "messages/make_error.hpp"
#include "tests/support/catch.hpp"
#include "tests/transport/hosts/azure_arc_fixture.hpp"

#include <string>
#include <utility>
#include <vector>

namespace azure_arc_challenge_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test::arc;

namespace {

expected<http_request> answer(http_response response, key_files& files,
                              const resolved_request& request = vault) {
  return azure_arc::answer_challenge(url, request, std::move(response), now, linux_directory,
                                     files.as_files());
}

}  // namespace

TEST_CASE("a challenge consists of two words in any case, an equals sign and a path") {
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

TEST_CASE("a key file has a name that ends in .key and is in the agent's directory") {
  const auto [path, directory] = GENERATE(table<std::string, std::string>({
      {linux_directory + "/5d0f.key", linux_directory},
      {linux_directory + "/a.b.key", linux_directory},
      {linux_directory + "/..key.key", linux_directory},
      {windows_directory + "\\5d0f.key", windows_directory},
  }));
  CHECK(azure_arc::check_key_path(path, directory));
}

TEST_CASE("a path that leads out of the agent's directory is rejected by its text alone") {
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

TEST_CASE("a path whose name is not that of a key file is rejected") {
  const auto name =
      GENERATE(as<std::string>{}, "", ".key", "secret.txt", "a.KEY", "a.key.txt", "a.key ", "akey",
               "a\t.key", "a\n.key", std::string("a.txt\0.key", 10));
  const auto checked = azure_arc::check_key_path(linux_directory + "/" + name, linux_directory);
  REQUIRE_FALSE(checked);
  check_rejected(checked.error());
  CHECK(checked.error().message.find("name") != std::string::npos);
}

TEST_CASE(
    "a challenge is answered by the same request with the unchanged content of the key file") {
  key_files files{.content = GENERATE(as<std::string>{}, "hush", " \thush=, \xe9 ",
                                      std::string(azure_arc::max_key_bytes, 'x'))};
  const resolved_request asked{.identity = managed_identity::client_id(guid), .resource = "R"};
  const auto next = answer(challenge("Basic realm=" + key_path), files, asked);
  REQUIRE(next);
  const auto first = azure_arc::encode(url, asked);
  CHECK(next->url == first.url);
  CHECK(next->method == "GET");
  CHECK(next->body.empty());
  CHECK(next->headers.size() == 2);
  CHECK(header(*next, "Metadata") == "true");
  CHECK(header(*next, "Authorization") == "Basic " + files.content);
  CHECK(files.read == std::vector{key_path});
}

TEST_CASE("a first response without a valid challenge causes no file to be read") {
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

TEST_CASE("an error in place of the challenge becomes the error of the request") {
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

TEST_CASE("a key with characters that no header may have is rejected, naming its file") {
  key_files files{.content = GENERATE(as<std::string>{}, "", "hush\n", "hush\r\nX: y", "\nhush",
                                      std::string("hush\0", 5), "hush\x7f",
                                      std::string(azure_arc::max_key_bytes + 1, 'x'))};
  const auto next = answer(challenge("Basic realm=" + key_path), files);
  REQUIRE_FALSE(next);
  check_rejected(next.error());
  CHECK(next.error().message.find(key_path) != std::string::npos);
}

TEST_CASE("the error of a key file that cannot be read is passed on") {
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

TEST_CASE("without a key directory, a challenge fails, and a missing challenge is still reported") {
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

}  // namespace azure_arc_challenge_test
