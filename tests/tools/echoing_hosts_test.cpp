// What midas shows of a host that repeats the proof of each request in every part of its answer.
#include "tests/support/catch.hpp"
#include "tests/support/disguises.hpp"
#include "tests/support/environment_scope.hpp"
#include "tests/support/program.hpp"
#include "tests/support/raw_server.hpp"
#include "tests/support/temporary_file.hpp"
#include <midas/midas.hpp>

#include <mutex>
#include <string>
#include <utility>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

using host_variables = std::vector<environment_variable>;

// An answer that has `echo` in its reason, its headers, and the members and texts of its body.
raw_server::script answer_with(const std::string& echo) {
  const auto body = "{\"" + echo + "\":\"" + echo + "\",\"error\":\"" + echo +
                    "\",\"error_description\":\"It broke: " + echo + "\",\"correlationId\":\"" +
                    echo + "\",\"" + std::string{plain_marker} + "\":1}";
  return answer_always("HTTP/1.1 400 " + echo + "\r\nX-Echo: " + echo + "\r\nx-ms-request-id: " +
                       echo + "\r\nWWW-Authenticate: " + echo + "\r\nContent-Type: " + echo +
                       "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

std::vector<std::pair<std::string, host_variables>> hosts_at(const std::string& url,
                                                             const temporary_file& file) {
  const std::string secret{plain_marker};
  return {{"app-service", {{"IDENTITY_ENDPOINT", url}, {"IDENTITY_HEADER", secret}}},
          {"app-service-2017", {{"MSI_ENDPOINT", url}, {"MSI_SECRET", secret}}},
          {"machine-learning", {{"MSI_ENDPOINT", url}, {"MSI_SECRET", secret}}},
          {"workload-identity",
           {{"AZURE_TENANT_ID", "tenant"},
            {"AZURE_CLIENT_ID", "client"},
            {"AZURE_FEDERATED_TOKEN_FILE", file.path()},
            {"AZURE_AUTHORITY_HOST", url}}}};
}

bool is_on_one_line(const std::string& form) {
  return form.find_first_of("\r\n") == std::string::npos && form.find('\0') == std::string::npos;
}

std::vector<std::string> echoes() {
  std::vector<std::string> result;
  for (const auto& form : disguises_of(plain_marker)) {
    if (is_on_one_line(form.text)) {
      result.push_back(form.text);
    }
  }
  return result;
}

}  // namespace

TEST_CASE("no event, log line or error shows a proof that the host repeats") {
  const temporary_file file{std::string{plain_marker}};
  const leak_search leaks{plain_marker};
  for (const auto& echo : echoes()) {
    raw_server server{answer_with(echo)};
    for (const auto& [host, environment] : hosts_at(server.url(), file)) {
      token_service_options options;
      options.environment = environment;
      options.host = *read_identity_host(host);
      options.allow_insecure_endpoint = true;
      std::mutex mutex;
      std::string shown;
      options.log = [&](event_severity, std::string_view line) {
        const std::lock_guard lock{mutex};
        shown += std::string{line} + "\n";
      };
      token_service tokens{options};
      const auto subscription = tokens.observe([&](const token_event& event) {
        const std::lock_guard lock{mutex};
        shown += to_string(event) + "\n";
      });
      const auto token = tokens.get({.resource = "https://vault.azure.net"}, 20s);
      REQUIRE_FALSE(token);
      const std::lock_guard lock{mutex};
      CHECK_THAT(shown, Contains("host_chosen") && Contains("exchange_finished") &&
                            Contains("acquisition_failed"));
      shown += to_string(token.error());
      CAPTURE(host, echo, shown);
      CHECK_THAT(shown, Contains("It broke"));
      CHECK_FALSE(leaks.finds_in(shown));
    }
  }
}

TEST_CASE("the program does not print a proof that the host repeats") {
  const temporary_file file{std::string{plain_marker}};
  const leak_search leaks{plain_marker};
  const auto forms = echoes();
  for (const auto& echo : {forms[0], forms[5], forms[10], forms[15]}) {
    raw_server server{answer_with(echo)};
    for (const auto& [host, environment] : hosts_at(server.url(), file)) {
      const scoped_environment scope{environment};
      for (const auto& command :
           std::vector<std::vector<std::string>>{{"token"}, {"doctor"}, {"doctor", "--json"}}) {
        auto arguments = command;
        arguments.insert(arguments.end(), {"--verbose", "--host", host, "--resource",
                                           "https://vault.azure.net", "--allow-insecure-endpoint"});
        const auto result = run_program(MIDAS_PROGRAM, arguments);
        CAPTURE(host, command, echo, result.output, result.errors);
        CHECK(result.exit_code == 1);
        CHECK_THAT(result.output + result.errors, Contains("It broke"));
        CHECK_THAT(result.errors, Contains("exchange_finished"));
        CHECK_FALSE(leaks.finds_in(result.output + result.errors));
      }
    }
  }
}
