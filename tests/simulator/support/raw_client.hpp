// A blocking HTTP client on a loopback socket, which also sends malformed requests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace midas::internal::test {

struct raw_answer {
  int status = 0;
  /// By name in lower case.
  std::map<std::string, std::string> fields;
  std::string body;
};

/// Throws if it cannot connect and if the server is silent for 20 seconds. Makes no assertions,
/// since Catch2 allows them in one thread only.
class raw_client {
 public:
  explicit raw_client(std::uint16_t port);
  /// To a Unix socket.
  explicit raw_client(const std::string& path);
  ~raw_client();
  raw_client(raw_client&& other) noexcept;
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;

  /// False if the connection has ended.
  bool send(std::string_view bytes);
  /// Whether the server has sent something, or closed, within the time.
  [[nodiscard]] bool hears_within(int milliseconds) const;
  void send_end();
  /// The next answer. Empty if the connection ends before it is complete.
  std::optional<raw_answer> receive(bool with_body = true);
  /// Everything until the connection ends, whether it is closed or reset.
  std::string receive_rest();
  /// The same, but returns as soon as `max` bytes are there.
  std::string receive_rest(std::size_t max);
  /// How the connection ended: 0, or the system's error, e.g. ECONNRESET.
  [[nodiscard]] int error() const noexcept { return error_; }

  /// Sends a GET with "Metadata: true" and receives the answer.
  std::optional<raw_answer> get(std::string_view target);

 private:
  void connect(const void* where, std::size_t size);
  bool receive_some();

  int socket_;
  std::string unread_;
  int error_ = 0;
};

/// A GET request. `fields` are header lines that end in "\r\n".
std::string get_request(std::string_view target, std::string_view fields = "Metadata: true\r\n");

}  // namespace midas::internal::test
