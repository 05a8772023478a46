// One connection to the metrics listener. Includes Asio.
#pragma once

#include "http/request_reader.hpp"
#include "proxy/observation/observation_answer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace midas::internal::proxy {

/// How long a client may take, and how much it may send.
struct observation_limits {
  /// For a whole request, and for reading an answer.
  std::chrono::milliseconds request_timeout{10'000};
  /// Between requests.
  std::chrono::milliseconds idle_timeout{60'000};
  std::uint32_t max_head_bytes = 8'192;
  /// Above that, the connection that has done nothing for longest is closed.
  std::size_t max_connections = 64;
};

/// Reads requests and answers them, one at a time. Everything runs on the thread of the io_context.
/// Operations in progress keep the object alive.
class observation_connection final : public std::enable_shared_from_this<observation_connection> {
 public:
  using tcp_socket = boost::asio::ip::tcp::socket;
  using clock = std::chrono::steady_clock;

  /// `sources` and `limits` outlive the connection, unless it has been closed.
  observation_connection(tcp_socket socket, const observation_sources& sources,
                         const observation_limits& limits, std::function<void()> on_end);

  void start() noexcept;
  /// Ends the connection. `on_end` is not called.
  void close() noexcept;
  [[nodiscard]] clock::time_point last_active() const noexcept { return last_active_; }

 private:
  using error_code = boost::system::error_code;

  /// Does one step for the client. If it throws, the connection ends, and the others continue.
  template <class Step>
  void guarded(Step step) noexcept {
    try {
      step();
    } catch (...) {
      end();
    }
  }

  void wait_for_request();
  void receive();
  void received(std::size_t size);
  void respond(const error_code& malformed);
  void send(const observation_answer& answer, bool is_head, bool keep_alive);
  void set_deadline(std::chrono::milliseconds time);
  void end() noexcept;

  tcp_socket socket_;
  boost::asio::steady_timer timer_;
  const observation_sources& sources_;
  const observation_limits& limits_;
  std::function<void()> on_end_;
  http::request_reader reader_;
  std::string output_;
  bool is_idle_ = true;
  bool is_closed_ = false;
  clock::time_point last_active_ = clock::now();
};

}  // namespace midas::internal::proxy
