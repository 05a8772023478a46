#include "store/file_checks.hpp"

#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <utility>

namespace midas::internal {

namespace {

std::string octal(unsigned mode) {
  std::array<char, 16> text{};
  constexpr int base = 8;
  const auto end = std::to_chars(text.begin(), text.end(), mode & 07777U, base);
  std::string result{"0"};
  result.append(text.data(), static_cast<std::size_t>(end.ptr - text.data()));
  return result;
}

}  // namespace

unexpected reject_file(std::string_view path, std::string_view what, std::string_view advice) {
  return fail(errc::store_failed, concat({quoted(path), " ", what}), advice);
}

unexpected reject_size(std::string_view path, std::string_view has, std::size_t limit) {
  return reject_file(path, concat({has, " more than ", std::to_string(limit), " bytes"}),
                     "Remove tokens or the whole token store, or raise the limit");
}

expected<void> check_directory(const struct stat& status, const std::string& path) {
  if (status.st_uid != ::geteuid() && status.st_uid != 0) {
    return reject_file(path, "belongs to another user: user " + std::to_string(status.st_uid),
                       "Keep the token store in a directory of your own");
  }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    // A sticky directory, such as /tmp, is meant for all users.
    const bool is_own = status.st_uid == ::geteuid() && (status.st_mode & S_ISVTX) == 0;
    return reject_file(path, "can be changed by other users: mode " + octal(status.st_mode),
                       is_own ? "Let only its owner change it, with chmod go-w, or name a file in "
                                "another directory"
                              : "Name a file in a directory that only its owner can change");
  }
  return {};
}

expected<void> check_file(const struct stat& status, const std::string& path,
                          std::size_t max_bytes) {
  if (!S_ISREG(status.st_mode)) {
    return reject_file(path, "is not a regular file", "Choose another file for the token store");
  }
  if (status.st_uid != ::geteuid()) {
    return reject_file(path, "belongs to another user: user " + std::to_string(status.st_uid),
                       "Each user needs a token store of its own");
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return reject_file(path, "is accessible to other users: mode " + octal(status.st_mode),
                       "Allow only its owner to access it: chmod 600");
  }
  if (status.st_nlink != 1) {
    return reject_file(path, "has a second hard link", "Remove the file, or name another one");
  }
  if (std::cmp_greater(status.st_size, max_bytes)) {
    return reject_size(path, "has", max_bytes);
  }
  return {};
}

bool is_network_file_system(long type) noexcept {
  // The numbers of linux/magic.h, and those of file systems from outside of the kernel.
  constexpr std::array<std::uint32_t, 18> network_types{
      0x6969,      // NFS
      0x517b,      // SMB
      0xff534d42,  // CIFS
      0xfe534d42,  // SMB2
      0x5346414f,  // AFS
      0x6b414653,  // the kernel's AFS
      0x73757245,  // Coda
      0x564c,      // NCP
      0x00c36400,  // Ceph
      0x01021997,  // 9P
      0x65735546,  // FUSE: sshfs and others
      0x01161970,  // GFS2
      0x7461636f,  // OCFS2
      0x0bd00bd0,  // Lustre
      0x47504653,  // GPFS
      0x19830326,  // BeeGFS
      0x786f4256,  // VirtualBox's shared folders
      0xbacbacbc,  // VMware's shared folders
  };
  return std::ranges::find(network_types, static_cast<std::uint32_t>(type)) != network_types.end();
}

}  // namespace midas::internal
