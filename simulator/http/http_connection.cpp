#include "simulator/http/http_connection.hpp"

#include "simulator/faults/wire_faults.hpp"
#include "simulator/http/error_reply.hpp"
#include "simulator/http/traffic_counter.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <exception>
#include <type_traits>
#include <utility>

namespace midas::internal::simulator {
namespace {

namespace asio = boost::asio;

/// Pipelined answers are collected up to this many bytes before they are written.
constexpr std::size_t max_output = 64 * std::size_t{1024};

template <class Stream>
constexpr bool is_tls = std::is_same_v<Stream, tls_stream>;

}  // namespace

template <class Stream>
http_connection<Stream>::http_connection(Stream stream, server_state& server)
    : stream_(std::move(stream)),
      timer_(stream_.get_executor()),
      server_(server),
      round_(server.round),
      reader_(server.options.head_limit, server.options.body_limit) {}

template <class Stream>
template <class... Args>
auto http_connection<Stream>::then(void (http_connection::*next)(Args...)) {
  return [self = this->shared_from_this(), next](error_code error, Args... args) {
    if (self->phase_ == phase::closed) {
      return;
    }
    if (error) {
      return self->close();
    }
    ((*self).*next)(args...);
  };
}

template <class Stream>
void http_connection<Stream>::start() {
  if constexpr (is_tls<Stream>) {
    stream_.async_handshake(tls_stream::server, then(&http_connection::receive));
  } else {
    receive();
  }
}

template <class Stream>
void http_connection<Stream>::finish() {
  last_ = true;
  const bool plays_to_the_end = phase_ == phase::playing_fault && !player_.is_endless();
  if (phase_ != phase::writing && phase_ != phase::delayed && !plays_to_the_end) {
    close();
  }
}

template <class Stream>
void http_connection<Stream>::close() {
  if (phase_ == phase::closed) {
    return;
  }
  phase_ = phase::closed;
  // Before the socket closes: a client that sees the end of the connection finds it recorded.
  end_answer();
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
  const bool waits_on_purpose = phase_ == phase::playing_fault
                                    ? player_.is_pausing()
                                    : phase_ == phase::hanging || pending_.has_value();
  return waits_on_purpose ? 0 : server_.round - round_;
}

template <class Stream>
void http_connection<Stream>::receive() {
  stream_.async_read_some(reader_.free_space(), then(&http_connection::received));
}

template <class Stream>
void http_connection<Stream>::received(std::size_t size) {
  if (phase_ != phase::reading) {
    // Hanging or draining: the bytes are discarded.
    return receive();
  }
  reader_.commit(size);
  serve();
}

template <class Stream>
void http_connection<Stream>::serve() {
  error_code error;
  while (!pending_ && !last_ && output_.size() < max_output && reader_.read(error)) {
    if (error) {
      last_ = true;
      write_refusal(server_.reply, error);
      send(server_.reply, {.date = {}, .connection = "close"});
    } else {
      answer_request();
    }
    reader_.next();
  }
  proceed();
}

template <class Stream>
void http_connection<Stream>::proceed() {
  if (ready_ > 0) {
    phase_ = phase::writing;
    write(std::exchange(ready_, 0));
  } else if (pending_) {
    phase_ = phase::delayed;
    wait(pending_->delay());
  } else if (last_) {
    hang_up();
  } else {
    phase_ = phase::reading;
    receive();
  }
}

template <class Stream>
void http_connection<Stream>::answer_request() {
  round_ = server_.round;
  const auto now = std::chrono::system_clock::now();
  const auto request = reader_.view();
  auto& reply = server_.reply;
  reply.clear();
  try {
    server_.answer(request, now, reply);
  } catch (const std::exception& failure) {
    write_failure(reply, failure);
  }
  const auto& parser = reader_.parser();
  const bool keep_alive = parser.keep_alive() && !reply.close;
  framing frame;
  frame.with_body = request.method != "HEAD";
  if (!keep_alive) {
    frame.connection = "close";
  } else if (parser.is_http_1_0()) {
    frame.connection = "keep-alive";
  }
  last_ = last_ || !keep_alive;
  send(reply, frame);
}

template <class Stream>
void http_connection<Stream>::send(const response& reply, framing frame) {
  if (reply.counted) {
    server_.counter.request_arrived(reply);
  }
  frame.date = server_.date.at(std::chrono::system_clock::now());
  if (reply.fault.kind != wire_fault_kind::none) {
    last_ = last_ || ends_connection(reply.fault.kind);
    append_faulty_response(output_, reply, frame);
  } else {
    append_response(output_, reply, frame);
  }
  pending_.emplace(reply, server_.counter, server_.listener);
  if (pending_->is_due()) {
    make_ready();
  }
}

template <class Stream>
void http_connection<Stream>::make_ready() {
  // Before the bytes are written: a client that has read the answer finds it in the statistics.
  pending_->note_answered();
  end_answer();
  ready_ = output_.size();
}

template <class Stream>
void http_connection<Stream>::end_answer() {
  if (pending_) {
    pending_->note_ended();
    pending_.reset();
  }
}

template <class Stream>
void http_connection<Stream>::wait(std::chrono::nanoseconds time) {
  timer_.expires_after(time);
  timer_.async_wait([self = this->shared_from_this()](error_code) {
    if (self->phase_ == phase::delayed) {
      self->deliver();
    } else if (self->phase_ == phase::playing_fault) {
      self->perform(self->player_.paused(self->output_.size()));
    }
  });
}

template <class Stream>
void http_connection<Stream>::deliver() {
  round_ = server_.round;
  if (pending_->fault().kind == wire_fault_kind::none) {
    make_ready();
    return proceed();
  }
  if (sends_whole_head(pending_->fault().kind)) {
    pending_->note_answered();
  }
  phase_ = phase::playing_fault;
  const auto step = player_.start(pending_->fault(), output_.size());
  if (server_.stopping && player_.is_endless()) {
    return close();
  }
  perform(step);
}

template <class Stream>
void http_connection<Stream>::perform(const fault_step& step) {
  switch (step.what) {
    case fault_step::kind::write:
      if (step.completes_answer) {
        end_answer();
      }
      return write(step.bytes);
    case fault_step::kind::write_filler:
      output_.assign(max_output, ' ');
      return write(output_.size());
    case fault_step::kind::pause:
      return wait(step.pause);
    case fault_step::kind::hang:
      return discard_input(phase::hanging);
    case fault_step::kind::reset: {
      error_code ignored;
      stream_.lowest_layer().set_option(asio::socket_base::linger(true, 0), ignored);
      return close();
    }
    case fault_step::kind::finish:
      return serve();
  }
}

template <class Stream>
void http_connection<Stream>::write(std::size_t bytes) {
  asio::async_write(stream_, asio::buffer(output_.data(), bytes), then(&http_connection::written));
}

template <class Stream>
void http_connection<Stream>::written(std::size_t size) {
  round_ = server_.round;
  output_.erase(0, size);
  if (phase_ == phase::playing_fault) {
    return perform(player_.written(output_.size()));
  }
  serve();
}

template <class Stream>
void http_connection<Stream>::hang_up() {
  if (server_.stopping) {
    return close();
  }
  // Closing while the client still sends would reset the connection and could destroy the last
  // answer. A client that never closes its side is closed as idle.
  if constexpr (is_tls<Stream>) {
    phase_ = phase::draining;
    stream_.async_shutdown([self = this->shared_from_this()](error_code) { self->close(); });
  } else {
    error_code error;
    stream_.shutdown(tcp_socket::shutdown_send, error);
    if (error) {
      return close();
    }
    discard_input(phase::draining);
  }
}

template <class Stream>
void http_connection<Stream>::discard_input(phase next) {
  phase_ = next;
  reader_.discard_input();
  receive();
}

template class http_connection<tcp_socket>;
template class http_connection<tls_stream>;

}  // namespace midas::internal::simulator
