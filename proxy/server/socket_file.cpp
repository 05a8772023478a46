#include "proxy/server/socket_file.hpp"

#include "messages/descriptor.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace midas::internal::proxy {

int free_socket_path(const std::string& path, const socket_address& address) noexcept {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) {
    return errno == ENOENT ? 0 : errno;
  }
  if (!S_ISSOCK(found.st_mode)) {
    return EEXIST;
  }
  const descriptor probe{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!probe.is_open()) {
    return errno;
  }
  if (::connect(probe.number(), address.data(), address.size) == 0 || errno != ECONNREFUSED) {
    return errno == EACCES ? EACCES : EADDRINUSE;
  }
  return ::unlink(path.c_str()) == 0 ? 0 : errno;
}

std::optional<socket_file> socket_file::made_at(const std::string& path) {
  struct stat made {};
  return ::lstat(path.c_str(), &made) == 0 ? std::optional{socket_file{path, made}} : std::nullopt;
}

bool socket_file::set_mode(mode_t mode) const noexcept { return ::chmod(path_.c_str(), mode) == 0; }

void socket_file::remove() const noexcept {
  struct stat found {};
  if (::lstat(path_.c_str(), &found) == 0 && found.st_dev == device_ && found.st_ino == inode_) {
    ::unlink(path_.c_str());
  }
}

}  // namespace midas::internal::proxy
