// Which connection is shut down because bytes arrived that nobody asked for.
#include "transport/curl/curl_sockets.hpp"

#include "tests/support/catch.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

using midas::internal::curl_sockets;

namespace {

// Connections to a listening socket of the test, in the way that libcurl makes them. No thread
// takes the numbers of descriptors.
class connections {
 public:
  connections() {
    ::listen(listener_, 8);
    ::getsockname(listener_, generic(), &size_);
  }
  connections(const connections&) = delete;
  connections& operator=(const connections&) = delete;
  ~connections() {
    for (const int peer : peers_) {
      ::close(peer);
    }
    ::close(listener_);
  }

  int open() {
    curl_sockaddr address{};
    address.family = AF_INET;
    address.socktype = SOCK_STREAM;
    const int result = sockets.open(address);
    REQUIRE(::connect(result, generic(), size_) == 0);
    return result;
  }

  void close(int socket) { curl_sockets::close(&sockets, socket); }

  // The other end of the connection that was opened last and has none yet.
  int accept() {
    peers_.push_back(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC));
    return peers_.back();
  }

  void check(int socket) {
    sockaddr_in local{};
    socklen_t size = sizeof(local);
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&local), &size);
    sockets.shut_down_if_unread(ntohs(local.sin_port), ntohs(address_.sin_port));
  }

  curl_sockets sockets;

 private:
  sockaddr* generic() { return reinterpret_cast<sockaddr*>(&address_); }

  int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address_{};
  socklen_t size_ = sizeof(address_);
  std::vector<int> peers_;
};

bool can_send(int socket) { return ::send(socket, "x", 1, MSG_NOSIGNAL) == 1; }

}  // namespace

TEST_CASE("only the connection with unread bytes is shut down, and only when it is asked for") {
  connections all;
  const int quiet = all.open();
  all.accept();
  const int loud = all.open();
  REQUIRE(can_send(all.accept()));
  all.check(quiet);
  CHECK(can_send(quiet));
  CHECK(can_send(loud));
  all.check(loud);
  CHECK(can_send(quiet));
  CHECK_FALSE(can_send(loud));
  all.close(quiet);
  all.close(loud);
}

TEST_CASE("a descriptor whose number is given again is not mistaken for the closed one") {
  connections all;
  const int first = all.open();
  all.close(first);
  const int second = all.open();
  REQUIRE(second == first);
  all.accept();
  REQUIRE(can_send(all.accept()));
  all.check(second);
  CHECK_FALSE(can_send(second));
  all.close(second);
}

TEST_CASE("each socket is closed in programs that the process starts, and counted") {
  connections all;
  const int socket = all.open();
  CHECK((::fcntl(socket, F_GETFD) & FD_CLOEXEC) != 0);
  CHECK(all.sockets.attempts() == 1);
  all.close(socket);
  CHECK(::fcntl(socket, F_GETFD) == -1);
}
