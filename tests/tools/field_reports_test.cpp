// What people have reported of programs that get managed-identity tokens, played to the midas
// program: the variables that they had, and what the endpoint answered.
#include "tests/support/catch.hpp"
#include "tests/support/program.hpp"
#include "tests/support/raw_server.hpp"
#include "tests/support/temporary_file.hpp"

#include <atomic>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

using namespace midas::internal::test;
using Catch::Matchers::Contains;

namespace {

using assignments = std::vector<std::pair<std::string, std::string>>;

constexpr auto grant = R"({"access_token":"granted","expires_in":"3600","token_type":"Bearer"})";

std::string http_answer(const std::string& status, const std::string& body,
                        const std::string& headers = {}) {
  return "HTTP/1.1 " + status + "\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// Gives its answers in turn, the last one again and again, and keeps the requests.
class played_host {
 public:
  explicit played_host(std::vector<std::string> answers) : answers_(std::move(answers)) {}

  [[nodiscard]] std::string url() const { return server_.url(); }
  [[nodiscard]] std::vector<std::string> requests() const {
    const std::lock_guard lock{mutex_};
    return requests_;
  }

 private:
  void serve(raw_connection& connection) {
    for (auto seen = connection.read_request(); !seen.empty(); seen = connection.read_request()) {
      std::string answer;
      {
        const std::lock_guard lock{mutex_};
        answer = answers_.at(std::min(requests_.size(), answers_.size() - 1));
        requests_.push_back(std::move(seen));
      }
      if (!connection.send(answer)) {
        return;
      }
    }
  }

  const std::vector<std::string> answers_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  // Declared last: its threads use the other members.
  raw_server server_{[this](raw_connection& connection) { serve(connection); }};
};

program_result run_token_with(const assignments& set, std::vector<std::string> more = {}) {
  for (const auto& [name, value] : set) {
    ::setenv(name.c_str(), value.c_str(), 1);
  }
  std::vector<std::string> arguments{"token", "--resource", "https://vault.azure.net"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  auto result = run_program(MIDAS_PROGRAM, arguments);
  for (const auto& each : set) {
    ::unsetenv(each.first.c_str());
  }
  return result;
}

assignments app_service(const played_host& host) {
  return {{"IDENTITY_ENDPOINT", host.url() + "/msi/token"}, {"IDENTITY_HEADER", "the-header"}};
}

assignments federated(const played_host& host, const temporary_file& file) {
  return {{"AZURE_AUTHORITY_HOST", host.url()},
          {"AZURE_TENANT_ID", "contoso.onmicrosoft.com"},
          {"AZURE_CLIENT_ID", "0a1b2c3d-0000-1111-2222-333344445555"},
          {"AZURE_FEDERATED_TOKEN_FILE", file.path()},
          {"MIDAS_ALLOW_INSECURE_ENDPOINT", "1"}};
}

std::string unix_time(std::time_t from_now) {
  return std::to_string(std::time(nullptr) + from_now);
}

}  // namespace

TEST_CASE("a refusal by a part of Entra's directory that lags behind passes") {
  const auto* const number = GENERATE("AADSTS70021", "AADSTS700211", "AADSTS700213");
  const temporary_file file{"h.p.s"};
  played_host entra{
      {http_answer("401 Unauthorized", R"({"error":"invalid_client","error_description":")" +
                                           std::string{number} + R"(: not known here"})"),
       http_answer("200 OK", grant)}};
  const auto result = run_token_with(federated(entra, file));
  CAPTURE(result.errors);
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.output, Contains("granted"));
  CHECK(entra.requests().size() == 2);
}

TEST_CASE("a federated token file as editors and pipelines write it reaches Entra as a token") {
  const auto content = GENERATE(as<std::string>{}, "h.p.s\n",
                                "\xef\xbb\xbf"
                                "h.p.s\r\n",
                                "\n h.p.s\t");
  const temporary_file file{content};
  played_host entra{{http_answer("200 OK", grant)}};
  auto set = federated(entra, file);
  set.at(2).second += "\n";
  CHECK(run_token_with(set).exit_code == 0);
  REQUIRE(entra.requests().size() == 1);
  CHECK(entra.requests()[0].ends_with("&client_assertion=h.p.s"));
  CHECK_THAT(entra.requests()[0], Contains("client_id=0a1b2c3d-0000-1111-2222-333344445555&"));
}

TEST_CASE("a token from a cache on the way lives no longer than its expires_on") {
  played_host imds{
      {http_answer("200 OK", R"({"access_token":"granted","expires_in":"86400","expires_on":")" +
                                 unix_time(900) + "\"}")}};
  const auto result = run_token_with({}, {"--endpoint", imds.url()});
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.output, Contains("\"expires_in\": 90") || Contains("\"expires_in\": 89"));
}

TEST_CASE("the error about an expired token speaks of the clock, and shows no token") {
  played_host host{{http_answer(
      "200 OK", R"({"access_token":"granted","expires_on":")" + unix_time(-90) + "\"}")}};
  const auto result = run_token_with(app_service(host));
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.errors, Contains("already expired, 1 min") && Contains("machine's clock"));
  CHECK_THAT(result.output + result.errors, !Contains("granted"));
}

TEST_CASE("the metadata service of another cloud is named, and asked once") {
  played_host aws{{http_answer("404 Not Found", "<html><head><title>404</title></head></html>",
                               "Server: EC2ws\r\nContent-Type: text/html\r\n")}};
  const auto result = run_token_with({}, {"--endpoint", aws.url()});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.errors, Contains("not_an_azure_host") && Contains("EC2ws") &&
                                Contains("a page") && Contains("--host arc"));
  CHECK(aws.requests().size() == 1);
}

TEST_CASE("a page in place of a token is called a page, at once") {
  played_host portal{
      {http_answer("200 OK", "<html><body><h1>Welcome to the guest network</h1></body></html>",
                   "Content-Type: text/html\r\n")}};
  const auto result = run_token_with({}, {"--endpoint", portal.url()});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.errors, Contains("a page (text/html), not JSON: "
                                     "\"Welcome to the guest network\""));
  CHECK(portal.requests().size() == 1);
}

TEST_CASE("a platform that refuses the version of the API leads to the older host") {
  played_host host{
      {http_answer("400 Bad Request", R"({"error":{"code":"UnsupportedApiVersion",)"
                                      R"("message":"Version 2019-08-01 is unknown."}})"),
       http_answer("200 OK",
                   R"({"access_token":"granted","expires_on":"7/2/2096 8:00:34 AM +00:00"})")}};
  const auto refused = run_token_with(app_service(host));
  CHECK(refused.exit_code == 1);
  CHECK_THAT(refused.errors,
             Contains("UnsupportedApiVersion") && Contains("--host app-service-2017"));
  const auto older = run_token_with({{"MSI_ENDPOINT", host.url()}, {"MSI_SECRET", "the-secret"}},
                                    {"--host", "app-service-2017"});
  CHECK(older.exit_code == 0);
}

TEST_CASE("an endpoint that takes no POST was named by MSI_ENDPOINT alone") {
  played_host host{{http_answer("405 Method Not Allowed", "", "Allow: GET\r\n")}};
  const auto result = run_token_with({{"MSI_ENDPOINT", host.url() + "/msi/token"}});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.errors, Contains("405") && Contains("Method Not Allowed") &&
                                Contains("Cloud Shell was chosen because MSI_ENDPOINT is set and "
                                         "MSI_SECRET is not"));
}

TEST_CASE("Cloud Shell's token for another resource is never handed out") {
  const auto for_resource = [](const std::string& name, const std::string& resource) {
    return http_answer("200 OK", R"({"access_token":")" + name +
                                     R"(","expires_in":"3600","resource":")" + resource + "\"}");
  };
  played_host host{{for_resource("of-graph", "https://graph.windows.net/"),
                    for_resource("of-vault", "https://vault.azure.net/")}};
  const auto result = run_token_with({{"MSI_ENDPOINT", host.url() + "/oauth2/token"}});
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.output, Contains("of-vault") && !Contains("of-graph"));
  CHECK(host.requests().size() == 2);
}

TEST_CASE("an endpoint without its partner is named by the error of the host that was asked") {
  const auto result =
      run_token_with({{"IDENTITY_ENDPOINT", "http://127.0.0.1:9/metadata/identity/oauth2/token"}},
                     {"--no-retries"});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.errors, Contains("IDENTITY_ENDPOINT is set, but has no effect without "
                                     "IDENTITY_HEADER or IMDS_ENDPOINT"));
}

TEST_CASE("a variable that was never filled in is named before anything is sent") {
  const temporary_file file{"h.p.s"};
  played_host entra{{http_answer("200 OK", grant)}};
  auto set = federated(entra, file);
  set.at(2).second = "${AZURE_CLIENT_ID}";
  const auto result = run_token_with(set);
  CHECK(result.exit_code == 2);
  CHECK_THAT(result.errors, Contains("invalid_configuration") &&
                                Contains("AZURE_CLIENT_ID must be") && Contains("placeholder"));
  CHECK(entra.requests().empty());
}
