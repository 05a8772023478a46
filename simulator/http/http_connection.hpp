// One client's connection to an http_server, plain or over TLS. Only simulator/http/ may include
// this header, since it includes Asio.
#pragma once

#include "http/request_reader.hpp"
#include "simulator/faults/fault_player.hpp"
#include "simulator/http/pending_answer.hpp"
#include "simulator/http/response_writer.hpp"
#include "simulator/http/server_state.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace midas::internal::simulator {

// The concrete executor type saves a virtual call and a reference count in every operation.
using executor = boost::asio::io_context::executor_type;
using tcp_socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, executor>;
using tls_stream = boost::asio::ssl::stream<tcp_socket>;
using steady_timer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, executor>;

/// Reads requests, answers them and writes the answers, one of these at a time. Everything runs on
/// the server's thread. Operations in progress keep the object alive; the server's `open` keeps it
/// alive until it closes. `Stream` is tcp_socket or tls_stream.
template <class Stream>
class http_connection final : public client_connection,
                              public std::enable_shared_from_this<http_connection<Stream>> {
 public:
  http_connection(Stream stream, server_state& server);

  void start() override;
  void finish() override;
  void close() override;
  [[nodiscard]] std::uint64_t idle_rounds() const noexcept override;

 private:
  using error_code = boost::system::error_code;

  /// What the connection is doing. A phase lasts until its asynchronous operation completes.
  enum class phase : std::uint8_t {
    /// Waiting for bytes: the TLS handshake at first, then requests.
    reading,
    /// Writing the answers that are ready.
    writing,
    /// Waiting for the time at which the pending answer is due.
    delayed,
    /// Writing the pending answer, or pausing, as player_ decides.
    playing_fault,
    /// Sending nothing until the client leaves, as a fault demands.
    hanging,
    /// All answers are written. Discards what arrives until the client closes.
    draining,
    closed,
  };

  /// A handler of asynchronous operations that keeps the connection alive, closes it on an error
  /// and otherwise calls `next`.
  template <class... Args>
  auto then(void (http_connection::*next)(Args...));

  void receive();
  void received(std::size_t size);
  void serve();
  void proceed();
  void answer_request();
  void send(const response& reply, framing frame);
  void wait(std::chrono::nanoseconds time);
  void deliver();
  void make_ready();
  void end_answer();
  void perform(const fault_step& step);
  void write(std::size_t bytes);
  void written(std::size_t size);
  void hang_up();
  void discard_input(phase next);

  Stream stream_;
  steady_timer timer_;
  server_state& server_;
  /// The server's round in which this connection last made progress.
  std::uint64_t round_;

  phase phase_ = phase::reading;
  /// Serves no more requests, and hangs up when the output is written.
  bool last_ = false;

  http::request_reader reader_;

  /// Answers in order. The first ready_ bytes may be written, the rest belong to pending_.
  std::string output_;
  std::size_t ready_ = 0;
  /// The last answer in output_, if it waits for its time or has a wire fault.
  std::optional<pending_answer> pending_;
  fault_player player_;
};

extern template class http_connection<tcp_socket>;
extern template class http_connection<tls_stream>;

}  // namespace midas::internal::simulator
