// The file of a Unix socket.
#pragma once

#include "proxy/server/socket_address.hpp"

#include <sys/stat.h>

#include <optional>
#include <string>
#include <utility>

namespace midas::internal::proxy {

/// Removes the socket that a process has left at that path, so that another can be bound. Returns 0
/// if the path is free then; otherwise the system's error: EADDRINUSE if a process serves there,
/// EEXIST if the file is not a socket.
[[nodiscard]] int free_socket_path(const std::string& path, const socket_address& address) noexcept;

/// The file of a socket that this process has bound. Not thread-safe.
class socket_file {
 public:
  /// Empty if there is no such file.
  [[nodiscard]] static std::optional<socket_file> made_at(const std::string& path);

  /// Sets who may connect. False if the system refuses.
  bool set_mode(mode_t mode) const noexcept;
  /// Removes it, unless another process has replaced it.
  void remove() const noexcept;

 private:
  socket_file(std::string path, const struct stat& made)
      : path_(std::move(path)), device_(made.st_dev), inode_(made.st_ino) {}

  std::string path_;
  dev_t device_;
  ino_t inode_;
};

}  // namespace midas::internal::proxy
