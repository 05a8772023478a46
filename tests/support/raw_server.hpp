// A loopback server that runs a script for each connection, so that tests control every byte.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace midas::internal::test {

/// The server's end of an accepted connection, for the script.
class raw_connection {
 public:
  raw_connection(int socket, std::size_t index) noexcept : socket_(socket), index_(index) {}
  raw_connection(const raw_connection&) = delete;
  raw_connection& operator=(const raw_connection&) = delete;
  ~raw_connection();

  /// The position of the connection among those of the server, counted from 0.
  [[nodiscard]] std::size_t index() const noexcept { return index_; }

  /// For scripts that do not use the functions below.
  [[nodiscard]] int socket() const noexcept { return socket_; }

  /// The next request, including a body of the length in Content-Length; empty if the peer has
  /// closed the connection.
  std::string read_request();
  /// False if the peer has closed the connection.
  bool send(std::string_view bytes);
  /// Waits until the peer closes the connection, for `at_most_ms` unless negative. True if it did.
  bool wait_for_end(int at_most_ms = -1);
  /// Closes the connection with a TCP reset.
  void reset();
  /// Closes the connection; the end of the script does so, too.
  void close();

 private:
  friend class raw_server;
  void wake() noexcept;

  std::mutex mutex_;
  int socket_;
  std::size_t index_;
  std::string unread_;
};

/// Listens on a loopback port of its own and runs the script in a thread for each connection.
class raw_server {
 public:
  using script = std::function<void(raw_connection&)>;

  explicit raw_server(script run);
  raw_server(const raw_server&) = delete;
  raw_server& operator=(const raw_server&) = delete;
  /// Closes all connections and waits for their scripts.
  ~raw_server();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// "http://127.0.0.1:PORT".
  [[nodiscard]] std::string url() const;
  /// Connections accepted so far.
  [[nodiscard]] std::size_t connections() const;
  /// Waits until the scripts of that many connections have ended.
  void wait_until_ended(std::size_t connections);

 private:
  struct served {
    raw_connection connection;
    std::thread thread{};
    served(int socket, std::size_t index) : connection(socket, index) {}
  };

  void accept_all();

  script run_;
  // Declared before the listener, whose initializer sets it.
  std::uint16_t port_ = 0;
  int listener_;
  mutable std::mutex mutex_;
  std::condition_variable ended_changed_;
  std::list<served> served_;
  std::size_t ended_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

/// A loopback port that nothing listens on.
std::uint16_t closed_port();

/// "HTTP/1.1 200 OK" with this body and its Content-Length.
std::string ok_response(std::string_view body);

/// A script that answers every request of a connection with `response`.
raw_server::script answer_always(std::string response);

/// A script that answers the first request with `response` and closes the connection.
raw_server::script answer_and_close(std::string response);

}  // namespace midas::internal::test
