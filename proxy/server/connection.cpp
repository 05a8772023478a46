#include "proxy/server/connection.hpp"

#include "proxy/access/peer.hpp"
#include "proxy/server/last_answer.hpp"
#include "proxy/server/socket_address.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace midas::internal::proxy {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// A request for a token has no body. More than any client of a host sends to any of its paths.
constexpr std::uint64_t max_body = 65'536;
/// How long a closed connection waits for the client's side of the end.
constexpr auto linger_time = 2s;
/// How long a client that has connected before a drain may take to begin its request.
constexpr auto first_request_time = 1s;

int status_for(boost::system::error_code why) {
  if (why == boost::beast::http::error::header_limit) {
    return 431;
  }
  return why == boost::beast::http::error::body_limit ? 413 : 400;
}

}  // namespace

connection::connection(worker& owner, descriptor socket)
    : worker_(owner),
      socket_(owner.io().get_executor()),
      reader_(owner.settings()->max_header_bytes, max_body) {
  const auto address = local_address_of(socket.number());
  const int family = address.storage.ss_family;
  if (family != AF_UNIX) {
    const int on = 1;
    ::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  }
  local_address_ = host_text(address);
  who_.connection = 1 + worker_.server().last_connection.fetch_add(1, std::memory_order_relaxed);
  identify(socket.number(), who_);
  error_code error;
  socket_.assign(asio::generic::stream_protocol(family, 0), socket.number(), error);
  if (!error) {
    static_cast<void>(socket.release());
  }
}

void connection::start() noexcept {
  guarded([this] { begin(); });
}

void connection::begin() {
  if (!socket_.is_open()) {
    return close();
  }
  place_ = worker_.server().clients.open(who_, worker_.settings()->max_connections_per_client);
  if (!place_) {
    return turn_away();
  }
  if (!worker_.settings()->policy.admits(who_)) {
    return refuse_client(rejection::uid_not_allowed, 403,
                         "This user may not use the endpoint; its administrator can allow it");
  }
  admitted_by_ = worker_.policy_number();
  await_input();
}

void connection::turn_away() {
  worker_.server().observer.rejected(worker_.index(), who_, rejection::too_many_of_client);
  auto& out = worker_.scratch();
  append_protocol_error(out, 503, "The client has reached its limit on connections",
                        worker_.date(std::chrono::system_clock::now()));
  send_last_answer(descriptor_number(), out);
  close();
}

void connection::finish() noexcept {
  guarded([this] {
    char first = 0;
    if (phase_ != phase::reading || reader_.has_begun() ||
        ::recv(descriptor_number(), &first, 1, MSG_PEEK | MSG_DONTWAIT) > 0) {
      return;
    }
    if (!has_served_) {
      deadline_ = std::min(deadline_, clock::now() + first_request_time);
      return;
    }
    // Closes only its own side: a request that is on its way is read, if not answered.
    last_ = true;
    hang_up();
  });
}

void connection::close() noexcept {
  if (phase_ == phase::closed) {
    return;
  }
  phase_ = phase::closed;
  deadline_ = clock::time_point::max();
  if (const auto cold = std::exchange(cold_, nullptr)) {
    cold->cancel();
  }
  error_code ignored;
  socket_.close(ignored);
  sensitive_string{}.swap(rest_);
  place_.reset();
  worker_.closed(shared_from_this());
}

void connection::end() noexcept {
  if (phase_ == phase::waiting) {
    guarded([this] { refuse_waiting(); });
  }
  close();
}

void connection::time_out() noexcept {
  deadline_ = clock::time_point::max();
  if (phase_ == phase::reading && reader_.has_begun()) {
    return guarded(
        [this] { refuse_client(rejection::too_slow, 408, "The request did not arrive in time"); });
  }
  close();
}

void connection::receive() {
  is_receiving_ = true;
  socket_.async_read_some(
      reader_.free_space(), [self = shared_from_this()](error_code error, std::size_t size) {
        self->is_receiving_ = false;
        if (self->phase_ != phase::reading && self->phase_ != phase::lingering) {
          return;
        }
        if (error) {
          return self->close();
        }
        self->guarded([&] { self->received(size); });
      });
}

void connection::received(std::size_t size) {
  if (phase_ == phase::lingering) {
    return receive();
  }
  reader_.commit(size);
  serve();
}

void connection::serve() {
  error_code error;
  while (phase_ == phase::reading && !last_ && reader_.read(error)) {
    if (error) {
      refuse_malformed(error);
    } else {
      answer();
    }
    if (phase_ != phase::closed) {
      reader_.next();
      began_ = {};
      has_permitted_body_ = false;
    }
  }
  if (phase_ != phase::reading) {
    return;
  }
  if (last_) {
    return hang_up();
  }
  await_input();
}

void connection::await_input() {
  const auto now = clock::now();
  if (!reader_.has_begun()) {
    deadline_ =
        now + (worker_.is_draining() ? first_request_time : worker_.settings()->idle_timeout);
    began_ = {};
  } else {
    began_ = began_ == clock::time_point{} ? now : began_;
    deadline_ = began_ + worker_.settings()->header_timeout;
    permit_body();
  }
  receive();
}

void connection::permit_body() {
  if (has_permitted_body_ || !reader_.waits_for_body() || reader_.parser().is_http_1_0()) {
    return;
  }
  const auto expectation = reader_.view().field("Expect");
  if (expectation && http::equal_ignoring_case(*expectation, "100-continue")) {
    has_permitted_body_ = true;
    // So few bytes always fit; a client that takes none does not get its answer, either.
    static_cast<void>(::send(descriptor_number(), continue_text.data(), continue_text.size(),
                             MSG_NOSIGNAL | MSG_DONTWAIT));
  }
}

void connection::refuse_malformed(error_code why) {
  const int status = status_for(why);
  refuse_client(rejection::malformed, status,
                "The endpoint does not accept this: " + why.message());
}

void connection::refuse_client(rejection why, int status, std::string_view text) {
  worker_.server().observer.rejected(worker_.index(), who_, why);
  last_ = true;
  auto& out = worker_.scratch();
  append_protocol_error(out, status, text, worker_.date(std::chrono::system_clock::now()));
  send(out);
  if (phase_ == phase::reading) {
    hang_up();
  }
}

void connection::send(std::string_view text) {
  const auto sent =
      ::send(descriptor_number(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) {
    return close();
  }
  text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
  if (!text.empty()) {
    rest_.assign(text);
    phase_ = phase::writing;
    deadline_ = clock::now() + worker_.settings()->header_timeout;
    write_rest();
  }
}

void connection::write_rest() {
  socket_.async_write_some(asio::buffer(rest_.data(), rest_.size()),
                           [self = shared_from_this()](error_code error, std::size_t size) {
                             if (self->phase_ != phase::writing) {
                               return;
                             }
                             if (error) {
                               return self->close();
                             }
                             self->guarded([&] { self->written(size); });
                           });
}

void connection::written(std::size_t size) {
  rest_.erase(0, size);
  if (!rest_.empty()) {
    return write_rest();
  }
  sensitive_string{}.swap(rest_);
  phase_ = phase::reading;
  serve();
}

void connection::hang_up() {
  // Closing while the client still sends would reset the connection and could destroy the last
  // answer.
  error_code error;
  socket_.shutdown(stream_socket::shutdown_send, error);
  if (error) {
    return close();
  }
  phase_ = phase::lingering;
  deadline_ = clock::now() + linger_time;
  if (!is_receiving_) {
    reader_.discard_input();
    receive();
  }
}

}  // namespace midas::internal::proxy
