// midas proxy as a process: signals, systemd, configuration. Clients are other programs.
#include "tools/proxy/proxy_process.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/environment_scope.hpp"
#include "tests/support/program.hpp"
#include "tests/support/slow_host.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/vault.hpp"
#include <midas/simulated_host.hpp>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <future>
#include <string>
#include <thread>
#include <vector>

using namespace midas;
using namespace midas::internal::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

/// The URL at the end of a line such as "Listening on http://127.0.0.1:8765".
std::string url_in(const std::string& line) {
  INFO(line);
  const auto at = line.find("http://");
  REQUIRE(at != std::string::npos);
  return line.substr(at);
}

std::vector<std::string> proxying(const simulated_host& host,
                                  const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{"proxy", "--listen", "127.0.0.1:0", "--upstream",
                                     host.endpoint()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

program_result token_through(const std::string& url) {
  return run_program(MIDAS_PROGRAM, {"token", "--endpoint", url, "--resource", vault_url});
}

/// Waits until the host has a request in progress.
void wait_for_first_request(const simulated_host& host) {
  for (int i = 0; i < 2'000 && host.statistics().token_requests == 0; ++i) {
    std::this_thread::sleep_for(10ms);
  }
  REQUIRE(host.statistics().token_requests == 1);
}

void write_configuration(const std::string& path, const std::string& text) {
  std::ofstream{path} << text;
  REQUIRE(::chmod(path.c_str(), S_IRUSR | S_IWUSR) == 0);
}

/// A socket that listens at a port of its own.
class listening_socket {
 public:
  listening_socket() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(descriptor_, 16) == 0);
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
  }
  ~listening_socket() { ::close(descriptor_); }
  listening_socket(const listening_socket&) = delete;
  listening_socket& operator=(const listening_socket&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  // Not closed in the programs that the test starts.
  int descriptor_ = ::socket(AF_INET, SOCK_STREAM, 0);
  int port_ = 0;
};

/// The socket to which the proxy sends notifications.
class notifications {
 public:
  notifications() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    REQUIRE(::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~notifications() { ::close(descriptor_); }
  notifications(const notifications&) = delete;
  notifications& operator=(const notifications&) = delete;

  [[nodiscard]] std::string path() const { return directory_.path() + "/notify"; }
  /// The next notification; empty after 20 s without one.
  [[nodiscard]] std::string next() const {
    std::array<char, 512> text{};
    const auto size = ::recv(descriptor_, text.data(), text.size(), 0);
    return size < 0 ? std::string{} : std::string{text.data(), static_cast<std::size_t>(size)};
  }
  /// The next one that is not for the watchdog.
  [[nodiscard]] std::string next_state() const {
    auto text = next();
    while (text == "WATCHDOG=1") {
      text = next();
    }
    return text;
  }

 private:
  temporary_directory directory_;
  int descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

}  // namespace

TEST_CASE("midas proxy serves a token until SIGTERM") {
  const simulated_host host;
  running_program proxy{MIDAS_PROGRAM, proxying(host)};
  const auto token = token_through(url_in(proxy.read_line()));
  CHECK(token.exit_code == 0);
  CHECK(token.output.size() > 1'000);
  CHECK(proxy.stop(SIGTERM).exit_code == 0);
}

TEST_CASE("a request in progress is answered after SIGTERM") {
  const simulated_host host{with_latency(2s)};
  running_program proxy{MIDAS_PROGRAM, proxying(host)};
  const auto url = url_in(proxy.read_line());
  auto token = std::async(std::launch::async, [&] { return token_through(url); });
  wait_for_first_request(host);
  CHECK(proxy.stop(SIGTERM).exit_code == 0);
  CHECK(token.get().exit_code == 0);
}

TEST_CASE("a second signal ends the proxy although a request is in progress") {
  const simulated_host host{with_latency(60s)};
  running_program proxy{MIDAS_PROGRAM, proxying(host, {"--drain-timeout", "50s"})};
  const auto url = url_in(proxy.read_line());
  auto token = std::async(std::launch::async, [&] {
    return run_program(MIDAS_PROGRAM,
                       {"token", "--endpoint", url, "--resource", vault_url, "--timeout", "8s"});
  });
  wait_for_first_request(host);
  const auto began = std::chrono::steady_clock::now();
  proxy.send(SIGTERM);
  std::this_thread::sleep_for(300ms);
  CHECK(proxy.stop(SIGINT).exit_code == 1);
  // Far from the 50 s that it would have waited.
  CHECK(std::chrono::steady_clock::now() - began < 20s);
  CHECK(token.get().exit_code != 0);
}

TEST_CASE("SIGHUP applies a new configuration, and leaves the old one if the new one is wrong") {
  const simulated_host host;
  const temporary_directory directory;
  const auto path = directory.path() + "/proxy.json";
  const auto with = [&](const std::string& member) {
    write_configuration(path, R"({"listeners": ["127.0.0.1:0"], "upstream": ")" + host.endpoint() +
                                  "\"" + member + "}");
  };
  with("");
  running_program proxy{MIDAS_PROGRAM, {"proxy", "--config", path}};
  const auto url = url_in(proxy.read_line());
  CHECK(token_through(url).exit_code == 0);

  with(R"(, "tokens": {"resources": ["https://storage.azure.com"]}, "workers": 3)");
  proxy.send(SIGHUP);
  CHECK(proxy.read_line() == "tokens has changed");
  CHECK(proxy.read_line() == "workers has changed; restart the proxy to apply it");
  CHECK(proxy.read_line() == "Configuration read.");
  const auto refused = token_through(url);
  CHECK(refused.exit_code != 0);
  CHECK_THAT(refused.errors, Contains("403"));

  with(R"(, "tokens": {"resources": "all"})");
  proxy.send(SIGHUP);
  CHECK(token_through(url).exit_code != 0);

  with("");
  proxy.send(SIGHUP);
  CHECK(proxy.read_line() == "tokens has changed");
  while (proxy.read_line() != "Configuration read.") {
  }
  CHECK(token_through(url).exit_code == 0);
  CHECK(proxy.stop(SIGTERM).exit_code == 0);
}

TEST_CASE("SIGHUP is obeyed by a proxy that was started by nohup") {
  const simulated_host host;
  running_program proxy{"/bin/sh",
                        {"-c", std::string{"trap '' HUP; exec '"} + MIDAS_PROGRAM +
                                   "' proxy --listen 127.0.0.1:0 --upstream " + host.endpoint()}};
  const auto url = url_in(proxy.read_line());
  proxy.send(SIGHUP);
  CHECK(proxy.read_line() == "Configuration read.");
  CHECK(token_through(url).exit_code == 0);
  CHECK(proxy.stop(SIGTERM).exit_code == 0);
}

TEST_CASE("a client that connects to systemd's socket before the proxy starts is answered") {
  const simulated_host host;
  const listening_socket socket;
  auto token = std::async(std::launch::async, [&] { return token_through(socket.url()); });
  // Long enough for the client to connect, as a rule; it is answered in any case.
  std::this_thread::sleep_for(500ms);
  const notifications notified;
  running_program proxy{
      "/bin/bash",
      {"-c", "exec 3<&" + std::to_string(socket.descriptor()) + "\nLISTEN_PID=$$ LISTEN_FDS=1 " +
                 "NOTIFY_SOCKET=" + notified.path() + " WATCHDOG_USEC=400000 exec '" +
                 MIDAS_PROGRAM + "' proxy --upstream " + host.endpoint()}};
  CHECK(url_in(proxy.read_line()) == socket.url());
  CHECK(token.get().exit_code == 0);
  CHECK(notified.next() == "READY=1\nSTATUS=serving on 1 address");
  CHECK(notified.next() == "WATCHDOG=1");
  CHECK(notified.next() == "WATCHDOG=1");
  proxy.send(SIGHUP);
  CHECK_THAT(notified.next_state(), StartsWith("RELOADING=1\nMONOTONIC_USEC="));
  CHECK(notified.next_state() == "READY=1\nSTATUS=serving on 1 address");
  CHECK(proxy.stop(SIGTERM).exit_code == 0);
  CHECK(notified.next_state() == "STOPPING=1\nSTATUS=answering 0 requests in progress");
}

TEST_CASE("a proxy without its clients' standard output still serves") {
  const simulated_host host;
  running_program proxy{MIDAS_PROGRAM, proxying(host)};
  const auto url = url_in(proxy.read_line());
  proxy.send(SIGHUP);
  CHECK(proxy.read_line() == "Configuration read.");
  CHECK(token_through(url).exit_code == 0);
}

TEST_CASE("no other process of the same user can look into the proxy") {
  const simulated_host host;
  const auto is_root = ::geteuid() == 0;
  std::vector<std::string> arguments{"--reuid=65534", "--clear-groups", MIDAS_PROGRAM};
  const auto proxying_arguments = proxying(host);
  arguments.insert(arguments.end(), proxying_arguments.begin(), proxying_arguments.end());
  running_program proxy{is_root ? "/usr/bin/setpriv" : MIDAS_PROGRAM,
                        is_root ? arguments : proxying_arguments};
  static_cast<void>(url_in(proxy.read_line()));
  struct stat status {};
  const auto path = "/proc/" + std::to_string(proxy.process()) + "/environ";
  REQUIRE(::stat(path.c_str(), &status) == 0);
  // The files of a process that can be dumped belong to its user.
  CHECK(status.st_uid == 0);
}

TEST_CASE("an access log on standard output has nothing else there") {
  const simulated_host host;
  const notifications notified;
  const scoped_environment environment{{{"NOTIFY_SOCKET", notified.path()}}};
  running_program proxy{MIDAS_PROGRAM,
                        proxying(host, {"--access-log", "-", "--metrics", "127.0.0.1:0"})};
  CHECK(notified.next_state() == "READY=1\nSTATUS=serving on 1 address");
  proxy.send(SIGHUP);
  CHECK_THAT(notified.next_state(), StartsWith("RELOADING=1\n"));
  CHECK(notified.next_state() == "READY=1\nSTATUS=serving on 1 address");
  CHECK(proxy.stop(SIGTERM).output.empty());
}

TEST_CASE("the lines for people go to standard error if the access log has standard output") {
  CHECK(internal::tools::stream_for_people({.access_log = "-"}) == stderr);
  CHECK(internal::tools::stream_for_people({.access_log = "/var/log/midas.log"}) == stdout);
  CHECK(internal::tools::stream_for_people({}) == stdout);
}
