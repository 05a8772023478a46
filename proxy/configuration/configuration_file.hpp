// The configuration file: who may have written it, and its text.
#pragma once

#include "proxy/configuration/configuration_problem.hpp"
#include "proxy/configuration/proxy_configuration.hpp"

#include <sys/types.h>

#include <string>

namespace midas::internal::proxy {

/// What is known of an open file.
struct file_facts {
  mode_t mode = 0;
  uid_t owner = 0;
  off_t size = 0;
};

/// The largest configuration file, in bytes.
inline constexpr off_t max_configuration_bytes = off_t{1} << 20U;

/// Why the file at `path` must not be read: it is not a regular file or too large, belongs to a
/// user other than root and `self`, or its group or others may write it. Whoever writes it chooses
/// the upstream, and so may get a secret of the host. Pure.
[[nodiscard]] configuration_problems check_file(const std::string& path, const file_facts& file,
                                                uid_t self);

/// Why the file must not have an identity header: others may read it. Its group may. Pure.
[[nodiscard]] configuration_problems check_secrecy(const std::string& path, const file_facts& file,
                                                   const proxy_configuration& configuration);

/// Opens the file, checks it with the functions above, and reads it with read_configuration(). The
/// last part of the path may be a symbolic link, as it is in Kubernetes; the file that it leads to
/// is the one that is checked.
[[nodiscard]] configuration_result<proxy_configuration> load_configuration(const std::string& path);

}  // namespace midas::internal::proxy
