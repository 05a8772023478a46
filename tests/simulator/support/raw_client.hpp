// A blocking HTTP client on a bare loopback socket: it sends what it is told, right or wrong.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace midas::internal::test {

struct raw_answer {
  int status = 0;
  /// Names in lower case.
  std::map<std::string, std::string> fields;
  std::string body;
};

/// Throws when there is no connection, and when the other side is silent for 20 seconds. Asserts
/// nothing, since Catch2 takes assertions from one thread only.
class raw_client {
 public:
  explicit raw_client(std::uint16_t port);
  ~raw_client();
  raw_client(raw_client&& other) noexcept;
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;

  /// False when the connection has ended.
  bool send(std::string_view bytes);
  void send_end();
  /// The next answer; empty when the connection ends before it is complete.
  std::optional<raw_answer> receive(bool with_body = true);
  /// All that comes until the connection ends, by close or by reset.
  std::string receive_rest();

  /// send() and receive() of a GET with Metadata: true.
  std::optional<raw_answer> get(std::string_view target);

 private:
  bool receive_some();

  int socket_;
  std::string unread_;
};

/// A whole GET request. Further field lines end in "\r\n".
std::string get_request(std::string_view target, std::string_view fields = "Metadata: true\r\n");

}  // namespace midas::internal::test
