#include "proxy/server/acceptor.hpp"

#include "proxy/server/last_answer.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace midas::internal::proxy {
namespace {

/// Connections that are accepted before the worker's own have their turn.
constexpr std::size_t accept_limit = 64;

/// No queue of the kernel is longer.
constexpr std::size_t max_backlog = 65'535;

/// The pause after a failed accept, which usually means that descriptors or memory ran out.
constexpr std::chrono::milliseconds accept_pause{20};

}  // namespace

acceptor::acceptor(listening_socket& listener, std::vector<std::unique_ptr<worker>>& workers)
    : listener_(listener),
      workers_(workers),
      first_(*workers.front()),
      socket_(first_.io().get_executor()),
      timer_(first_.io().get_executor()) {}

void acceptor::start() {
  // A descriptor of its own, since the listener closes the original.
  boost::system::error_code error;
  socket_.assign(::fcntl(listener_.socket().number(), F_DUPFD_CLOEXEC, 0), error);
  wait();
}

void acceptor::wait() {
  if (finished_) {
    return;
  }
  socket_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                     [self = shared_from_this()](boost::system::error_code error) {
                       self->is_waiting_ = false;
                       if (!error && !self->finished_) {
                         self->accept(accept_limit);
                       }
                     });
  is_waiting_ = true;
}

void acceptor::resume() {
  if (!is_waiting_) {
    wait();
  }
}

void acceptor::accept(std::size_t limit) {
  for (std::size_t count = 0; count < limit; ++count) {
    descriptor socket{
        ::accept4(listener_.socket().number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
    if (!socket.is_open()) {
      const bool is_empty = errno == EAGAIN || errno == EWOULDBLOCK;
      const bool is_lost = errno == ECONNABORTED || errno == EINTR || errno == EPROTO;
      if (is_lost) {
        continue;
      }
      return is_empty ? wait() : wait_for_descriptors();
    }
    hand_over(std::move(socket));
  }
  wait();
}

void acceptor::hand_over(descriptor socket) {
  auto& count = first_.server().connections;
  if (count.get() >= first_.settings()->max_connections) {
    return turn_away(std::move(socket));
  }
  count.opened();
  try {
    workers_[next_++ % workers_.size()]->serve(std::move(socket));
  } catch (...) {
    count.closed();
    throw;
  }
}

void acceptor::turn_away(descriptor socket) {
  auto& server = first_.server();
  const client who{.connection =
                       1 + server.last_connection.fetch_add(1, std::memory_order_relaxed)};
  server.observer.rejected(first_.index(), who, rejection::too_many_connections);
  auto& out = first_.scratch();
  append_protocol_error(out, 503, "The endpoint has reached its limit on connections",
                        first_.date(std::chrono::system_clock::now()));
  send_last_answer(socket.number(), out);
}

void acceptor::wait_for_descriptors() {
  timer_.expires_after(accept_pause);
  timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    self->is_waiting_ = false;
    if (!error && !self->finished_) {
      self->accept(accept_limit);
    }
  });
  is_waiting_ = true;
}

void acceptor::finish() {
  if (!std::exchange(finished_, true) && !listener_.state().was_passed) {
    listener_.remove_file();
    accept(max_backlog);
  }
  stop();
  listener_.close();
}

void acceptor::stop() {
  finished_ = true;
  boost::system::error_code ignored;
  timer_.cancel(ignored);
  socket_.close(ignored);
}

}  // namespace midas::internal::proxy
