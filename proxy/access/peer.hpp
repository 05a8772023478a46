// Which user is at the other end of a socket.
#pragma once

#include "proxy/client.hpp"

namespace midas::internal::proxy {

/// Fills in uid, pid and address of the client that is connected to `socket`: by SO_PEERCRED on a
/// Unix socket, by sock_diag on a loopback TCP connection. What cannot be found stays empty; any
/// other TCP client has no uid. Makes a few system calls, none of which waits. Any thread.
void identify(int socket, client& who) noexcept;

}  // namespace midas::internal::proxy
