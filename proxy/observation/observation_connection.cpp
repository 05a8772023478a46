#include "proxy/observation/observation_connection.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>

#include <utility>

namespace midas::internal::proxy {

namespace {

observation_answer refusal_of_bytes(const boost::system::error_code& why) {
  namespace beast_http = boost::beast::http;
  if (why == beast_http::error::header_limit) {
    return refuse_observer(431, "The header is too large");
  }
  if (why == beast_http::error::body_limit) {
    return refuse_observer(413, "The request must not have a body");
  }
  return refuse_observer(400, "Not a request of HTTP/1.1");
}

}  // namespace

observation_connection::observation_connection(tcp_socket socket,
                                               const observation_sources& sources,
                                               const observation_limits& limits,
                                               std::function<void()> on_end)
    : socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      sources_(sources),
      limits_(limits),
      on_end_(std::move(on_end)),
      reader_(limits.max_head_bytes, 0) {}

void observation_connection::start() noexcept {
  guarded([this] { wait_for_request(); });
}

void observation_connection::close() noexcept {
  on_end_ = nullptr;
  end();
}

void observation_connection::end() noexcept {
  if (std::exchange(is_closed_, true)) {
    return;
  }
  error_code ignored;
  socket_.close(ignored);
  timer_.cancel(ignored);
  if (const auto done = std::exchange(on_end_, nullptr)) {
    done();
  }
}

void observation_connection::set_deadline(std::chrono::milliseconds time) {
  timer_.expires_after(time);
  timer_.async_wait([self = shared_from_this()](const error_code& canceled) {
    if (!canceled) {
      self->end();
    }
  });
}

void observation_connection::wait_for_request() {
  if (is_closed_) {
    return;
  }
  is_idle_ = true;
  set_deadline(limits_.idle_timeout);
  // The next request may have arrived together with the last one.
  received(0);
}

void observation_connection::receive() {
  socket_.async_read_some(reader_.free_space(),
                          [self = shared_from_this()](const error_code& failure, std::size_t size) {
                            if (failure) {
                              self->end();
                            } else {
                              self->guarded([&] { self->received(size); });
                            }
                          });
}

void observation_connection::received(std::size_t size) {
  if (is_closed_) {
    return;
  }
  if (size > 0) {
    last_active_ = clock::now();
    if (std::exchange(is_idle_, false)) {
      set_deadline(limits_.request_timeout);
    }
  }
  reader_.commit(size);
  error_code malformed;
  if (reader_.read(malformed)) {
    respond(malformed);
  } else {
    receive();
  }
}

void observation_connection::respond(const error_code& malformed) {
  if (malformed) {
    send(refusal_of_bytes(malformed), false, false);
    return;
  }
  const auto request = reader_.view();
  send(answer_observer(request, sources_), request.method == "HEAD", reader_.parser().keep_alive());
}

void observation_connection::send(const observation_answer& answer, bool is_head, bool keep_alive) {
  output_ = to_bytes(answer, is_head, keep_alive);
  set_deadline(limits_.request_timeout);
  boost::asio::async_write(
      socket_, boost::asio::buffer(output_),
      [self = shared_from_this(), keep_alive](const error_code& failure, std::size_t) {
        if (failure || !keep_alive) {
          self->end();
          return;
        }
        self->guarded([&] {
          self->reader_.next();
          self->wait_for_request();
        });
      });
}

}  // namespace midas::internal::proxy
