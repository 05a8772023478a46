// One client's connection to the proxy.
#pragma once

#include "http/request_reader.hpp"
#include "messages/descriptor.hpp"
#include "proxy/client.hpp"
#include "proxy/protocols/reply_text.hpp"
#include "proxy/protocols/request_reading.hpp"
#include "proxy/server/cold_request.hpp"
#include "proxy/server/worker.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace midas::internal::proxy {

/// Reads requests, answers them and writes the answers, one of these at a time; pipelined requests
/// are answered in their order. Everything runs on the worker's thread. Operations in progress keep
/// the object alive; the worker keeps it alive until it closes.
class connection final : public std::enable_shared_from_this<connection> {
 public:
  using clock = worker::clock;

  connection(worker& owner, descriptor socket);

  /// Identifies the client, and begins to serve it if it may connect.
  void start() noexcept;
  /// Closes as soon as the request in progress is answered; a client that has just connected gets
  /// a moment to send one.
  void finish() noexcept;
  void close() noexcept;
  /// Closes, and refuses the request that waits for a token.
  void end() noexcept;

  /// Whether what the connection waits for should have happened by now.
  [[nodiscard]] bool is_late(clock::time_point now) const noexcept { return now >= deadline_; }
  /// Ends what is late.
  void time_out() noexcept;

 private:
  using error_code = boost::system::error_code;
  using stream_socket =
      boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, worker::io_executor>;

  /// What the connection is doing. A phase lasts until its asynchronous operation completes.
  enum class phase : std::uint8_t {
    /// Waiting for bytes of a request.
    reading,
    /// Waiting for midas.
    waiting,
    /// Waiting until the client takes the rest of an answer.
    writing,
    /// All answers are written. Discards what arrives until the client closes.
    lingering,
    closed,
  };

  /// How the connection ends an answer.
  struct ending {
    bool keep_alive = true;
    bool is_http_1_0 = false;
    bool with_body = true;
  };

  /// What the observer learns of an answer.
  struct outcome {
    token_result result = token_result::failed;
    int status = 0;
    std::string_view reason{};
  };

  /// Does one step for the client. If it throws, the connection is closed, and the others continue.
  template <class Step>
  void guarded(Step step) noexcept {
    try {
      step();
    } catch (...) {
      worker_.failed(who_);
      close();
    }
  }

  void begin();
  void turn_away();
  void receive();
  void received(std::size_t size);
  void serve();
  void await_input();
  void permit_body();
  void refuse_malformed(error_code why);
  void refuse_client(rejection why, int status, std::string_view text);

  void answer();
  void answer_query(const http::request_view& request, client_protocol protocol,
                    const request_start& start);
  bool answer_from_memory(prepared_reply& prepared, const request_start& start);
  void send_cached(prepared_reply& prepared, const access_token& token, const request_start& start);
  void answer_cold(token_query query, const request_start& start);
  void wait_for_token(token_query query, const token_key& key, const request_start& start,
                      bool is_first);
  void refuse_waiting();
  void answer_waiting(cold_request& request, const expected<access_token>& result);
  void send_token(prepared_reply& prepared, const access_token& token, const request_start& start,
                  token_result result);
  void send_refusal(const refusal& refused, const token_query* query, const request_start& start,
                    token_result result);
  void report(const token_query* query, const request_start& start, const outcome& what);
  [[nodiscard]] reply_frame frame_at(std::chrono::system_clock::time_point now);

  void watch_for_end();
  void end_seen();
  void watch_for_failure();

  void send(std::string_view text);
  void write_rest();
  void written(std::size_t size);
  void hang_up();

  [[nodiscard]] int descriptor_number() { return socket_.native_handle(); }

  worker& worker_;
  stream_socket socket_;
  client who_;
  std::optional<client_connections::place> place_;
  std::string local_address_;
  http::request_reader reader_;

  phase phase_ = phase::reading;
  /// Serves no more requests, and hangs up when everything is written.
  bool last_ = false;
  bool has_served_ = false;
  bool has_permitted_body_ = false;
  /// A read is in progress: the reader's free space belongs to it.
  bool is_receiving_ = false;
  /// The worker's number of the policy that has admitted the client.
  std::uint64_t admitted_by_ = 0;
  ending ending_{};
  clock::time_point deadline_ = clock::time_point::max();
  /// Since when the request in parts has been arriving.
  clock::time_point began_{};
  std::shared_ptr<cold_request> cold_;
  /// Counts the watches for the end of the connection; only the newest one counts.
  std::uint64_t watch_ = 0;
  /// The part of an answer that the client has not taken yet.
  sensitive_string rest_;
};

}  // namespace midas::internal::proxy
