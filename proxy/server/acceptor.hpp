// Accepts connections and hands them to the workers.
#pragma once

#include "proxy/server/listening_socket.hpp"
#include "proxy/server/worker.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace midas::internal::proxy {

/// Accepts the connections of one listener on the thread of the first worker, and hands them to all
/// workers in turn. That spreads them evenly whatever the listener is: the kernel's own way
/// (SO_REUSEPORT) spreads a few connections unevenly, exists for TCP only, and not for a socket
/// that the service manager passes; and a connection costs one message, a request none.
///
/// Everything runs on the first worker's thread, except the constructor.
class acceptor : public std::enable_shared_from_this<acceptor> {
 public:
  /// The listener must outlive the thread of the first worker.
  acceptor(listening_socket& listener, std::vector<std::unique_ptr<worker>>& workers);

  void start();
  /// Accepts again after an exception has ended a step.
  void resume();
  /// Accepts what has connected already, and then nothing more. A passed socket keeps its queue for
  /// the process that the service manager passes it to next. Closes the listener.
  void finish();
  void stop();

 private:
  void wait();
  /// Until the queue is empty, or for so many connections.
  void accept(std::size_t limit);
  void hand_over(descriptor socket);
  void turn_away(descriptor socket);
  void wait_for_descriptors();

  listening_socket& listener_;
  std::vector<std::unique_ptr<worker>>& workers_;
  worker& first_;
  boost::asio::posix::basic_stream_descriptor<worker::io_executor> socket_;
  boost::asio::basic_waitable_timer<worker::clock, boost::asio::wait_traits<worker::clock>,
                                    worker::io_executor>
      timer_;
  std::size_t next_ = 0;
  bool is_waiting_ = false;
  bool finished_ = false;
};

}  // namespace midas::internal::proxy
