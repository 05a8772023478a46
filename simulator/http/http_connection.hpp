// One client's connection to an http_server, plain or through TLS. Inner header: it includes Asio.
#pragma once

#include "simulator/http/http_server.hpp"
#include "simulator/http/request_parser.hpp"
#include "simulator/http/response_writer.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace midas::internal::simulator {

// The concrete executor spares every operation a virtual call and a reference count.
using executor = boost::asio::io_context::executor_type;
using tcp_socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, executor>;
using tls_stream = boost::asio::ssl::stream<tcp_socket>;
using steady_timer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, executor>;

/// A connection as its server sees it, whatever it runs over.
class client_connection {
 public:
  virtual ~client_connection() = default;

  virtual void start() = 0;
  /// Closes when the answers it owes are sent: at once when there are none.
  virtual void finish() = 0;
  virtual void close() = 0;

  /// Rounds of the server since it was last of use; none while an answer waits for its time.
  [[nodiscard]] virtual std::uint64_t idle_rounds() const noexcept = 0;
};

/// What the connections of a server share. The server's thread only.
struct server_state {
  http_server_options options;
  request_handler answer;
  traffic_counter& counter;
  /// May be null.
  exchange_listener* listener = nullptr;
  /// Used by one request at a time.
  response reply{};
  date_field date{};
  /// Counts the looks at idle connections; see client_connection::idle_rounds().
  std::uint64_t round = 0;
  bool stopping = false;
  std::unordered_set<std::shared_ptr<client_connection>> open{};
  /// Called when the last connection closes while stopping.
  std::function<void()> all_closed{};
};

/// Reads, answers, writes; one of these at a time. Everything runs on the server's thread.
/// Operations under way keep the object alive; `open` of the server does so until it closes.
/// `Stream` is tcp_socket or tls_stream.
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

  void receive();
  void serve();
  void proceed();
  void answer_request();
  void refuse_request(error_code why);
  void send(const response& reply, framing frame);
  void wait_for_answer(std::chrono::nanoseconds delay);
  void deliver();
  void write();

  // Of the answer that pending_ is about.
  void note_answered();
  void note_ended();

  void play_fault();
  void continue_fault();
  void drip_next();
  void hang();
  void reset();
  [[nodiscard]] bool plays(wire_fault_kind kind) const noexcept;

  void hang_up();
  void make_room();

  Stream stream_;
  steady_timer timer_;
  server_state& server_;
  std::uint64_t round_;

  std::vector<char> input_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  request_text text_;
  std::optional<request_parser> parser_;

  /// Answers in order. The first ready_ bytes may go, the rest waits for its time.
  std::string output_;
  std::size_t ready_ = 0;
  std::chrono::nanoseconds delay_{0};
  bool delayed_ = false;

  /// The answer that does not go at once: it waits for its time, or plays its fault.
  struct pending_answer {
    int status = 0;
    bool counted = false;
    std::uint64_t number = 0;
    wire_fault fault{};
  };
  pending_answer pending_{};
  bool playing_ = false;

  bool writing_ = false;
  /// No more requests are taken; close when the output is gone.
  bool last_ = false;
  /// All is sent; what still comes is thrown away until the client closes.
  bool hanging_up_ = false;
  bool closed_ = false;
};

extern template class http_connection<tcp_socket>;
extern template class http_connection<tls_stream>;

}  // namespace midas::internal::simulator
