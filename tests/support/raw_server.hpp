// A server that says exactly what a test tells it to, byte by byte: the wire at its worst.
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

/// The server's side of one accepted connection, for its script.
class raw_connection {
 public:
  raw_connection(int socket, std::size_t index) noexcept : socket_(socket), index_(index) {}
  raw_connection(const raw_connection&) = delete;
  raw_connection& operator=(const raw_connection&) = delete;
  ~raw_connection();

  /// Which connection it is to the server, from 0 on.
  [[nodiscard]] std::size_t index() const noexcept { return index_; }

  /// The next request, its body included when Content-Length says so; empty when the peer has left.
  std::string read_request();
  /// False when the peer has left.
  bool send(std::string_view bytes);
  /// Waits until the peer leaves, or for `at_most_ms` if that is not negative. True when it has
  /// left.
  bool wait_for_end(int at_most_ms = -1);
  /// Ends the connection by a reset, not in the orderly way.
  void reset();
  /// Ends it in the orderly way; so does the end of the script.
  void close();

 private:
  friend class raw_server;
  void wake() noexcept;

  std::mutex mutex_;
  int socket_;
  std::size_t index_;
  std::string unread_;
};

/// Listens on a loopback port of its own; each connection runs the script on a thread of its own.
class raw_server {
 public:
  using script = std::function<void(raw_connection&)>;

  explicit raw_server(script run);
  raw_server(const raw_server&) = delete;
  raw_server& operator=(const raw_server&) = delete;
  /// Ends all connections, and waits for their scripts.
  ~raw_server();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// "http://127.0.0.1:PORT".
  [[nodiscard]] std::string url() const;
  /// How many connections it has accepted.
  [[nodiscard]] std::size_t connections() const;
  /// Waits until the scripts of so many connections have ended.
  void wait_until_ended(std::size_t connections);

 private:
  struct served {
    raw_connection connection;
    std::thread thread{};
    served(int socket, std::size_t index) : connection(socket, index) {}
  };

  void accept_all();

  script run_;
  // Before the listener, which sets it.
  std::uint16_t port_ = 0;
  int listener_;
  mutable std::mutex mutex_;
  std::condition_variable ended_changed_;
  std::list<served> served_;
  std::size_t ended_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

/// A loopback port where nothing listens.
std::uint16_t closed_port();

/// "HTTP/1.1 200 OK" with that body and its length.
std::string ok_response(std::string_view body);

/// A script that answers every request of a connection so.
raw_server::script answer_always(std::string response);

/// A script that answers the first request so, and closes.
raw_server::script answer_and_close(std::string response);

}  // namespace midas::internal::test
