// examples/server.cpp under hundreds of concurrent requests: what midas is for.
#include "tests/support/catch.hpp"
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

TEST_CASE("the server answers hundreds of concurrent requests with one request for a token") {
  constexpr int clients = 300;
  simulated_host_options options;
  options.latency = 500ms;
  const simulated_host imds{options};
  token_reader reader;
  const raw_server downstream{[&](raw_connection& connection) { reader.serve(connection); }};
  setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", imds.endpoint().c_str(), 1);
  running_program server{MIDAS_EXAMPLE_SERVER, {"0", std::to_string(downstream.port())}};
  setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9", 1);
  const auto url = server.read_line();
  const auto port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));

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
  setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", imds.endpoint().c_str(), 1);
  running_program server{MIDAS_EXAMPLE_SERVER, {"0", std::to_string(closed_port())}};
  setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9", 1);
  const auto url = server.read_line();
  server_client client{static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)))};
  for (int i = 0; i < 2; ++i) {
    client.send();
    CHECK(client.read().starts_with("HTTP/1.1 503 Service Unavailable"));
  }
}

}  // namespace
}  // namespace midas::internal::test
