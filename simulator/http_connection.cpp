#include <midas/simulator/http_connection.hpp>
#include <midas/simulator/traffic_counter.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>

#include <cstring>
#include <exception>
#include <type_traits>
#include <utility>

namespace midas::simulator {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr std::size_t first_input_size = 2048;
/// Pipelined answers are gathered up to this many bytes before they are sent.
constexpr std::size_t most_output = 64 * std::size_t{1024};

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
  if (!delayed_ && !writing_) {
    close();
  }
}

template <class Stream>
void http_connection<Stream>::close() {
  if (closed_) {
    return;
  }
  closed_ = true;
  error_code ignored;
  timer_.cancel(ignored);
  stream_.lowest_layer().close(ignored);
  if (delayed_ && delayed_counts_) {
    server_.counter.abandoned();
  }
  server_.counter.connection_closed();
  server_.open.erase(this->shared_from_this());
  if (server_.stopping && server_.open.empty()) {
    server_.all_closed();
  }
}

template <class Stream>
std::uint64_t http_connection<Stream>::idle_rounds() const noexcept {
  return delayed_ ? 0 : server_.round - round_;
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
  while (begin_ < end_ && !delayed_ && !last_ && !hanging_up_ && output_.size() < most_output) {
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
  append_response(output_, reply, frame);
  if (reply.delay > std::chrono::nanoseconds{0}) {
    delayed_ = true;
    delayed_counts_ = reply.counted;
    delayed_status_ = reply.status;
    delay_ = reply.delay;
    return;
  }
  ready_ = output_.size();
  // Counted before it is sent: who has read the answer finds it in the statistics.
  if (reply.counted) {
    server_.counter.answered(reply.status);
  }
}

template <class Stream>
void http_connection<Stream>::wait_for_answer(std::chrono::nanoseconds delay) {
  timer_.expires_after(delay);
  timer_.async_wait([self = this->shared_from_this()](error_code) {
    if (self->closed_) {
      return;
    }
    self->delayed_ = false;
    self->round_ = self->server_.round;
    if (self->delayed_counts_) {
      self->server_.counter.answered(self->delayed_status_);
    }
    self->ready_ = self->output_.size();
    self->write();
  });
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

}  // namespace midas::simulator
