// examples/server.cpp under hundreds of concurrent requests: what midas is for.
#include "tests/support/catch.hpp"
#include "tests/support/environment_scope.hpp"
#include "tests/support/program.hpp"
#include "tests/support/raw_server.hpp"
#include <midas/simulated_host.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <list>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>

namespace midas::internal::test {
namespace {

using namespace std::chrono_literals;

int connect_to(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    throw std::runtime_error{"cannot connect to the server"};
  }
  return socket;
}

/// A client's connection that stays open.
class server_client {
 public:
  explicit server_client(std::uint16_t port) : connection_(connect_to(port), 0) {}

  void send() { connection_.send("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"); }
  std::string read() { return connection_.read_request(); }

 private:
  raw_connection connection_;
};

/// A service that accepts a token, and remembers which.
struct token_reader {
  std::mutex mutex{};
  std::set<std::string> headers{};
  std::atomic<int> requests = 0;

  void serve(raw_connection& connection) {
    const auto request = connection.read_request();
    const auto begin = request.find("Authorization: Bearer ");
    const bool has_token = begin != std::string::npos;
    if (has_token) {
      const std::lock_guard lock{mutex};
      ++requests;
      headers.insert(request.substr(begin, request.find("\r\n", begin) - begin));
    }
    connection.send(has_token ? ok_response("the secret")
                              : "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
  }
};

/// The example, with the host that the object simulates.
running_program start_server(const simulated_host& imds, std::uint16_t downstream) {
  const scoped_environment scope{{{"AZURE_POD_IDENTITY_AUTHORITY_HOST", imds.endpoint()}}};
  return running_program{MIDAS_EXAMPLE_SERVER, {"0", std::to_string(downstream)}};
}

std::uint16_t port_of(running_program& server) {
  const auto url = server.read_line();
  return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

TEST_CASE("the server answers hundreds of concurrent requests with one request for a token") {
  constexpr int clients = 300;
  simulated_host_options options;
  options.latency = 500ms;
  const simulated_host imds{options};
  token_reader reader;
  const raw_server downstream{[&](raw_connection& connection) { reader.serve(connection); }};
  auto server = start_server(imds, downstream.port());
  const auto port = port_of(server);

  std::list<server_client> connections;
  for (int i = 0; i < clients; ++i) {
    connections.emplace_back(port).send();
  }
  const auto is_answered = [](server_client& client) {
    const auto answer = client.read();
    return answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("the secret");
  };
  CHECK(std::ranges::count_if(connections, is_answered) == clients);
  CHECK(reader.requests == clients);
  // The connections stay open, and the token is cached.
  for (auto& client : connections) {
    client.send();
  }
  CHECK(std::ranges::count_if(connections, is_answered) == clients);
  CHECK(reader.requests == 2 * clients);
  CHECK(reader.headers.size() == 1);
  CHECK(imds.statistics().token_requests == 1);
}

TEST_CASE("the server answers without a token when the host has none, and continues") {
  simulated_host_options options;
  options.resources = {"https://storage.azure.com"};
  const simulated_host imds{options};
  auto server = start_server(imds, closed_port());
  server_client client{port_of(server)};
  for (int i = 0; i < 2; ++i) {
    client.send();
    CHECK(client.read().starts_with("HTTP/1.1 500 Internal Server Error"));
  }
}

TEST_CASE("while the host throttles, the server tells its clients when to come again") {
  simulated_host_options options;
  options.fault_rules = R"({"rules":[{"action":{"status":429,"headers":{"Retry-After":"30"}}}]})";
  const simulated_host imds{options};
  auto server = start_server(imds, closed_port());
  server_client client{port_of(server)};
  client.send();
  const auto answer = client.read();
  CHECK(answer.starts_with("HTTP/1.1 503 Service Unavailable"));
  // The pause has up to a second of jitter.
  const bool is_told = answer.find("\r\nRetry-After: 30\r\n") != std::string::npos ||
                       answer.find("\r\nRetry-After: 31\r\n") != std::string::npos;
  CHECK(is_told);
}

}  // namespace
}  // namespace midas::internal::test
