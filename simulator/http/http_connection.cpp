#include "simulator/http/http_connection.hpp"

#include "simulator/faults/wire_faults.hpp"
#include "simulator/http/traffic_counter.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <cstring>
#include <exception>
#include <type_traits>
#include <utility>

namespace midas::internal::simulator {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr std::size_t first_input_size = 2048;
/// Pipelined answers are gathered up to this many bytes before they are sent.
constexpr std::size_t max_output = 64 * std::size_t{1024};

template <class Stream>
constexpr bool is_tls = std::is_same_v<Stream, tls_stream>;

int status_for(boost::system::error_code why) {
  if (why == http::error::header_limit) {
    return 431;
  }
  return why == http::error::body_limit ? 413 : 400;
}

}  // namespace

template <class Stream>
http_connection<Stream>::http_connection(Stream stream, server_state& server)
    : stream_(std::move(stream)),
      timer_(stream_.get_executor()),
      server_(server),
      round_(server.round),
      input_(first_input_size) {}

template <class Stream>
void http_connection<Stream>::start() {
  if constexpr (is_tls<Stream>) {
    stream_.async_handshake(tls_stream::server,
                            [self = this->shared_from_this()](error_code error) {
                              if (self->closed_) {
                                return;
                              }
                              if (error) {
                                return self->close();
                              }
                              self->receive();
                            });
  } else {
    receive();
  }
}

template <class Stream>
void http_connection<Stream>::finish() {
  last_ = true;
  const bool owes_more = delayed_ || writing_ || plays(wire_fault_kind::slow_drip);
  if (!owes_more || plays(wire_fault_kind::endless_body)) {
    close();
  }
}

template <class Stream>
void http_connection<Stream>::close() {
  if (closed_) {
    return;
  }
  closed_ = true;
  // Before the client can see it: who has seen the end finds it noted.
  note_ended();
  error_code ignored;
  timer_.cancel(ignored);
  stream_.lowest_layer().close(ignored);
  server_.counter.connection_closed();
  server_.open.erase(this->shared_from_this());
  if (server_.stopping && server_.open.empty()) {
    server_.all_closed();
  }
}

template <class Stream>
std::uint64_t http_connection<Stream>::idle_rounds() const noexcept {
  const bool pauses =
      delayed_ || plays(wire_fault_kind::hang) || (plays(wire_fault_kind::slow_drip) && !writing_);
  return pauses ? 0 : server_.round - round_;
}

template <class Stream>
void http_connection<Stream>::receive() {
  make_room();
  stream_.async_read_some(asio::buffer(input_.data() + end_, input_.size() - end_),
                          [self = this->shared_from_this()](error_code error, std::size_t size) {
                            if (self->closed_) {
                              return;
                            }
                            if (error) {
                              return self->close();
                            }
                            self->end_ += size;
                            self->serve();
                          });
}

template <class Stream>
void http_connection<Stream>::make_room() {
  if (begin_ == end_ || hanging_up_) {
    begin_ = end_ = 0;
  }
  if (end_ == input_.size() && begin_ > 0) {
    std::memmove(input_.data(), input_.data() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
  }
  if (end_ == input_.size()) {
    // The parser consumes a body as it comes, and refuses a head that is longer than its limit: so
    // this ends at about twice that.
    input_.resize(input_.size() * 2);
  }
}

template <class Stream>
void http_connection<Stream>::serve() {
  while (begin_ < end_ && !delayed_ && !last_ && !hanging_up_ && output_.size() < max_output) {
    if (!parser_) {
      parser_.emplace(text_, server_.options.head_limit, server_.options.body_limit);
    }
    error_code error;
    const auto used = parser_->put(asio::buffer(input_.data() + begin_, end_ - begin_), error);
    begin_ += used;
    if (error == http::error::need_more) {
      break;
    }
    if (error) {
      refuse_request(error);
    } else if (parser_->is_done()) {
      answer_request();
    }
  }
  proceed();
}

template <class Stream>
void http_connection<Stream>::proceed() {
  if (ready_ > 0) {
    write();
  } else if (delayed_) {
    wait_for_answer(delay_);
  } else if (last_) {
    hang_up();
  } else {
    receive();
  }
}

template <class Stream>
void http_connection<Stream>::answer_request() {
  round_ = server_.round;
  const auto now = std::chrono::system_clock::now();
  const auto request = text_.view();
  auto& reply = server_.reply;
  reply.clear();
  try {
    server_.answer(request, now, reply);
  } catch (const std::exception& failure) {
    reply.clear();
    reply.status = 500;
    reply.add_field("Content-Type", "text/plain");
    reply.body.append("The simulator failed: ").append(failure.what()).append("\n");
  }
  const bool keep_alive = parser_->keep_alive() && !reply.close;
  framing frame;
  frame.with_body = request.method != "HEAD";
  if (!keep_alive) {
    frame.connection = "close";
  } else if (parser_->is_http_1_0()) {
    frame.connection = "keep-alive";
  }
  last_ = last_ || !keep_alive;
  send(reply, frame);
  parser_.reset();
}

template <class Stream>
void http_connection<Stream>::refuse_request(error_code why) {
  auto& reply = server_.reply;
  reply.clear();
  reply.status = status_for(why);
  reply.add_field("Content-Type", "text/plain");
  reply.body.append("This is no request that the server takes: ").append(why.message());
  reply.body.append("\n");
  framing frame;
  frame.connection = "close";
  last_ = true;
  send(reply, frame);
  parser_.reset();
}

template <class Stream>
void http_connection<Stream>::send(const response& reply, framing frame) {
  if (reply.counted) {
    server_.counter.request_arrived(reply);
  }
  frame.date = server_.date.at(std::chrono::system_clock::now());
  const bool faulty = reply.fault.kind != wire_fault_kind::none;
  if (faulty) {
    last_ = last_ || ends_connection(reply.fault.kind);
    append_faulty_response(output_, reply, frame);
  } else {
    append_response(output_, reply, frame);
  }
  if (faulty || reply.delay > std::chrono::nanoseconds{0}) {
    delayed_ = true;
    pending_ = {.status = reply.status,
                .counted = reply.counted,
                .number = reply.number,
                .fault = reply.fault};
    delay_ = reply.delay;
    return;
  }
  ready_ = output_.size();
  // Counted before it is sent: who has read the answer finds it in the statistics.
  if (reply.counted) {
    server_.counter.answered(reply.status);
  }
  if (reply.number != 0) {
    server_.listener->answered(reply.number, reply.status);
    server_.listener->ended(reply.number);
  }
}

template <class Stream>
void http_connection<Stream>::wait_for_answer(std::chrono::nanoseconds delay) {
  timer_.expires_after(delay);
  timer_.async_wait([self = this->shared_from_this()](error_code) {
    if (!self->closed_) {
      self->deliver();
    }
  });
}

template <class Stream>
void http_connection<Stream>::deliver() {
  delayed_ = false;
  round_ = server_.round;
  if (pending_.fault.kind != wire_fault_kind::none) {
    return play_fault();
  }
  note_answered();
  note_ended();
  ready_ = output_.size();
  write();
}

template <class Stream>
void http_connection<Stream>::note_answered() {
  if (std::exchange(pending_.counted, false)) {
    server_.counter.answered(pending_.status);
  }
  if (pending_.number != 0) {
    server_.listener->answered(pending_.number, pending_.status);
  }
}

template <class Stream>
void http_connection<Stream>::note_ended() {
  if (std::exchange(pending_.counted, false)) {
    server_.counter.abandoned();
  }
  if (const auto number = std::exchange(pending_.number, 0); number != 0) {
    server_.listener->ended(number);
  }
}

template <class Stream>
bool http_connection<Stream>::plays(wire_fault_kind kind) const noexcept {
  return playing_ && pending_.fault.kind == kind;
}

template <class Stream>
void http_connection<Stream>::play_fault() {
  playing_ = true;
  const auto kind = pending_.fault.kind;
  if (sends_whole_head(kind)) {
    note_answered();
  }
  switch (kind) {
    case wire_fault_kind::hang:
      return hang();
    case wire_fault_kind::reset_before:
      return reset();
    case wire_fault_kind::slow_drip:
      return drip_next();
    case wire_fault_kind::endless_body:
      if (server_.stopping) {
        return close();
      }
      break;
    case wire_fault_kind::truncate_body:
    case wire_fault_kind::garbage:
      note_ended();
      break;
    case wire_fault_kind::none:
    case wire_fault_kind::reset_within_headers:
    case wire_fault_kind::reset_after_headers:
      break;
  }
  ready_ = output_.size();
  write();
}

/// What follows when a part of a faulty answer is sent.
template <class Stream>
void http_connection<Stream>::continue_fault() {
  switch (pending_.fault.kind) {
    case wire_fault_kind::reset_within_headers:
    case wire_fault_kind::reset_after_headers:
      return reset();
    case wire_fault_kind::endless_body:
      output_.assign(max_output, ' ');
      ready_ = output_.size();
      return write();
    case wire_fault_kind::slow_drip:
      if (!output_.empty()) {
        timer_.expires_after(pending_.fault.every);
        return timer_.async_wait([self = this->shared_from_this()](error_code) {
          if (!self->closed_) {
            self->drip_next();
          }
        });
      }
      playing_ = false;
      return serve();
    default:
      playing_ = false;
      return proceed();
  }
}

template <class Stream>
void http_connection<Stream>::drip_next() {
  ready_ = std::min(pending_.fault.bytes, output_.size());
  if (ready_ == output_.size()) {
    note_ended();
  }
  write();
}

/// Sends nothing, and listens only for the client's leaving.
template <class Stream>
void http_connection<Stream>::hang() {
  if (server_.stopping) {
    return close();
  }
  hanging_up_ = true;
  last_ = false;
  receive();
}

template <class Stream>
void http_connection<Stream>::reset() {
  error_code ignored;
  stream_.lowest_layer().set_option(asio::socket_base::linger(true, 0), ignored);
  close();
}

template <class Stream>
void http_connection<Stream>::write() {
  writing_ = true;
  asio::async_write(stream_, asio::buffer(output_.data(), ready_),
                    [self = this->shared_from_this()](error_code error, std::size_t) {
                      self->writing_ = false;
                      if (self->closed_) {
                        return;
                      }
                      if (error) {
                        return self->close();
                      }
                      self->round_ = self->server_.round;
                      self->output_.erase(0, std::exchange(self->ready_, 0));
                      if (self->playing_) {
                        return self->continue_fault();
                      }
                      if (self->delayed_) {
                        return self->proceed();
                      }
                      self->serve();
                    });
}

template <class Stream>
void http_connection<Stream>::hang_up() {
  if (server_.stopping) {
    return close();
  }
  // Closing while the client still sends would reset the connection, and could take the last answer
  // with it. A client that never closes in turn is idle, and goes with the idle ones.
  if constexpr (is_tls<Stream>) {
    hanging_up_ = true;
    stream_.async_shutdown([self = this->shared_from_this()](error_code) { self->close(); });
  } else {
    error_code error;
    stream_.shutdown(tcp_socket::shutdown_send, error);
    if (error) {
      return close();
    }
    hanging_up_ = true;
    last_ = false;
    receive();
  }
}

template class http_connection<tcp_socket>;
template class http_connection<tls_stream>;

}  // namespace midas::internal::simulator
