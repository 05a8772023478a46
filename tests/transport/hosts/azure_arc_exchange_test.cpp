// The two requests of Azure Arc over the wire, with a key file on disk.
#include "tests/support/catch.hpp"
#include "tests/support/exchanges.hpp"
#include "tests/support/raw_server.hpp"
#include "transport/curl/curl_multi_loop.hpp"
#include "transport/hosts/azure_arc.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <variant>

namespace azure_arc_exchange_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr std::chrono::sys_seconds now{1'700'000'000s};
const std::string agent_directory = "/var/opt/azcmagent/tokens/";
const resolved_request vault{.resource = "https://vault.azure.net"};

// Writes a key file for each challenge, and grants a token for a request with its content.
class simulated_agent {
 public:
  simulated_agent() {
    auto name = (fs::temp_directory_path() / "midas-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw std::system_error{errno, std::generic_category(), "cannot create a scratch directory"};
    }
    directory_ = name;
  }
  simulated_agent(const simulated_agent&) = delete;
  simulated_agent& operator=(const simulated_agent&) = delete;
  ~simulated_agent() {
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
  }

  [[nodiscard]] std::string url() const { return server_.url() + "/token"; }

  // Redirects the agent's directory, which tests must not write to, to the scratch directory.
  [[nodiscard]] credential_files files() const {
    auto result = credential_files_of_this_machine();
    result.read_key = [this, read = result.read_key](const std::string& path,
                                                     std::size_t max_bytes) {
      return read(directory_ / path.substr(agent_directory.size()), max_bytes);
    };
    return result;
  }

 private:
  std::string answer(const std::string& request) {
    const auto number = std::to_string(challenges_);
    if (request.find("\r\nAuthorization: Basic key-" + number + "\r\n") != std::string::npos) {
      return ok_response(R"({"access_token":"token-)" + number + R"(","expires_in":"600"})");
    }
    const auto next = std::to_string(++challenges_);
    std::ofstream{directory_ / (next + ".key")} << "key-" << next;
    return "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nWWW-Authenticate: Basic realm=" +
           agent_directory + next + ".key\r\n\r\n";
  }

  fs::path directory_;
  std::atomic<int> challenges_ = 0;
  raw_server server_{[this](raw_connection& connection) {
    for (auto request = connection.read_request(); !request.empty();
         request = connection.read_request()) {
      connection.send(answer(request));
    }
  }};
};

// Requests a token as an acquisition does.
expected<token_grant> acquire(const host_protocol& endpoint, http_transport& transport) {
  auto request = endpoint.encode(vault, {});
  for (unsigned leg = 0; request; ++leg) {
    auto response = exchange(transport, *request);
    if (!response) {
      return unexpected{response.error()};
    }
    auto answer = endpoint.decode(vault, *response, now, leg);
    if (!answer) {
      return unexpected{answer.error()};
    }
    if (auto* const grant = std::get_if<token_grant>(&*answer)) {
      return std::move(*grant);
    }
    request = std::get<http_request>(*answer);
  }
  return unexpected{request.error()};
}

}  // namespace

TEST_CASE("each token of Arc takes one challenge and the content of its key file") {
  const simulated_agent agent;
  curl_multi_loop loop;
  const auto endpoint =
      azure_arc::make_protocol({.variables = {{"IDENTITY_ENDPOINT", sensitive_string{agent.url()}},
                                              {"IMDS_ENDPOINT", sensitive_string{agent.url()}}}},
                               {.files = agent.files()});
  REQUIRE(endpoint);
  for (const auto* const token : {"token-1", "token-2"}) {
    const auto grant = acquire(*endpoint, loop);
    REQUIRE(grant);
    CHECK(grant->token == secret{token});
  }
  CHECK(loop.statistics().requests == 4);
}

}  // namespace azure_arc_exchange_test
