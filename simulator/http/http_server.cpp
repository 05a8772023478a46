#include "simulator/http/http_server.hpp"

#include "simulator/http/http_connection.hpp"
#include "simulator/http/listener.hpp"
#include "simulator/http/tls_context.hpp"
#include "simulator/http/traffic_counter.hpp"

#include <boost/asio/post.hpp>

#include <pthread.h>

#include <csignal>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace midas::internal::simulator {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// Checks for idle connections per idle_timeout, so a connection is closed at most a quarter late.
constexpr int rounds_to_idle = 4;

/// The pause after a failed accept, which usually means that descriptors or memory ran out.
constexpr std::chrono::milliseconds accept_pause{20};

/// Blocks all signals in the current thread, so that a thread started meanwhile inherits the mask
/// and signals go to the program's own threads.
class signals_blocked {
 public:
  signals_blocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  signals_blocked(const signals_blocked&) = delete;
  signals_blocked& operator=(const signals_blocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

class http_server::implementation {
 public:
  implementation(const http_server_options& options, request_handler answer,
                 traffic_counter& counter, exchange_listener* listener)
      : state_{options, std::move(answer), counter, listener},
        tls_(options.certificate == nullptr
                 ? nullptr
                 : std::make_unique<tls_context>(options.certificate, options.server_name)),
        listener_(open_listener(io_, options)),
        endpoint_((tls_ ? "https://" : "http://") + authority_of(listener_)),
        port_(listener_.local_endpoint().port()),
        accept_timer_(io_.get_executor()),
        idle_timer_(io_.get_executor()),
        stop_timer_(io_.get_executor()) {
    state_.all_closed = [this] { end_timers(); };
    accept();
    check_for_idle();
    const signals_blocked blocked;
    thread_ = std::thread([this] { io_.run(); });
  }

  ~implementation() { stop(); }
  implementation(const implementation&) = delete;
  implementation& operator=(const implementation&) = delete;

  [[nodiscard]] const std::string& endpoint() const noexcept { return endpoint_; }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

  void replace_certificate(std::shared_ptr<const tls_certificate> certificate) {
    tls_->replace(std::move(certificate));
  }

  void stop() {
    const std::lock_guard lock(stop_mutex_);
    if (thread_.joinable()) {
      asio::post(io_, [this] { begin_stop(); });
      thread_.join();
    }
  }

 private:
  void accept() {
    listener_.async_accept([this](error_code error, tcp_socket socket) {
      if (state_.stopping) {
        return;
      }
      if (error) {
        return accept_later();
      }
      error_code ignored;
      socket.set_option(asio::ip::tcp::no_delay(true), ignored);
      auto connection = make_connection(std::move(socket));
      state_.open.insert(connection);
      state_.counter.connection_opened();
      connection->start();
      accept();
    });
  }

  std::shared_ptr<client_connection> make_connection(tcp_socket socket) {
    if (tls_) {
      return std::make_shared<http_connection<tls_stream>>(
          tls_stream(std::move(socket), tls_->context()), state_);
    }
    return std::make_shared<http_connection<tcp_socket>>(std::move(socket), state_);
  }

  void accept_later() {
    accept_timer_.expires_after(accept_pause);
    accept_timer_.async_wait([this](error_code error) {
      if (!error && !state_.stopping) {
        accept();
      }
    });
  }

  void check_for_idle() {
    idle_timer_.expires_after(state_.options.idle_timeout / rounds_to_idle);
    idle_timer_.async_wait([this](error_code error) {
      if (error || (state_.stopping && state_.open.empty())) {
        return;
      }
      ++state_.round;
      for (const auto& connection : connections()) {
        if (connection->idle_rounds() > rounds_to_idle) {
          connection->close();
        }
      }
      if (!state_.stopping || !state_.open.empty()) {
        check_for_idle();
      }
    });
  }

  void begin_stop() {
    state_.stopping = true;
    error_code ignored;
    listener_.close(ignored);
    stop_timer_.expires_after(state_.options.stop_timeout);
    stop_timer_.async_wait([this](error_code error) {
      if (!error) {
        for (const auto& connection : connections()) {
          connection->close();
        }
      }
    });
    for (const auto& connection : connections()) {
      connection->finish();
    }
    if (state_.open.empty()) {
      end_timers();
    }
  }

  /// Cancels the last operations of the io_context, which makes run() return.
  void end_timers() {
    error_code ignored;
    accept_timer_.cancel(ignored);
    idle_timer_.cancel(ignored);
    stop_timer_.cancel(ignored);
  }

  /// A copy, since closing a connection removes it from the original.
  [[nodiscard]] std::vector<std::shared_ptr<client_connection>> connections() const {
    return {state_.open.begin(), state_.open.end()};
  }

  // One thread runs it; other threads only post to it.
  asio::io_context io_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  server_state state_;
  // Null for plain http.
  std::unique_ptr<tls_context> tls_;
  tcp_listener listener_;
  std::string endpoint_;
  std::uint16_t port_;
  steady_timer accept_timer_;
  steady_timer idle_timer_;
  steady_timer stop_timer_;
  std::mutex stop_mutex_;
  std::thread thread_;
};

http_server::http_server(const http_server_options& options, request_handler answer,
                         traffic_counter& counter, exchange_listener* listener)
    : implementation_(
          std::make_unique<implementation>(options, std::move(answer), counter, listener)) {}

http_server::~http_server() = default;

const std::string& http_server::endpoint() const noexcept { return implementation_->endpoint(); }

std::uint16_t http_server::port() const noexcept { return implementation_->port(); }

void http_server::replace_certificate(std::shared_ptr<const tls_certificate> certificate) {
  implementation_->replace_certificate(std::move(certificate));
}

void http_server::stop() { implementation_->stop(); }

}  // namespace midas::internal::simulator
