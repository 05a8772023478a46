// Which user is at the other end of a socket.
#pragma once

#include "proxy/client.hpp"

namespace midas::internal::proxy {

/// Fills in uid, pid and address of the client that is connected to `socket`. What cannot be found
/// stays empty. Makes a few system calls, none of which waits. Any thread.
///
/// On a Unix socket, the kernel keeps who connected (SO_PEERCRED): the effective user at the time
/// of connect(), and the process. On a TCP connection within this machine, the kernel is asked who
/// owns the client's socket (sock_diag, by the addresses and ports of both ends): the user that
/// created the socket. A process that has since changed its user, or that has received the socket
/// from another process, is taken for the user that created it; whoever passes a socket on passes
/// on its rights. The process is not known.
///
/// "Within this machine" means that the client's address is a loopback address, or the one that it
/// connected to. Any other TCP client has no uid. Neither has one whose socket is closed already,
/// is in another network namespace, or belongs to a user that the namespace of this process does
/// not know; nor has any if the kernel does not answer, because sock_diag is not available or
/// AF_NETLINK is not allowed.
void identify(int socket, client& who) noexcept;

}  // namespace midas::internal::proxy
