// The files that some hosts prove a caller's right with, and how they are read.
#pragma once

#include <midas/error.hpp>
#include <midas/sensitive_string.hpp>

#include <cstddef>
#include <functional>
#include <string>

namespace midas::internal {

/// In the way of a value, so that tests can stand in for the machine. Any thread may call them.
struct credential_files {
  /// The content of Azure Arc's key file: opened once, without following a link in its last part;
  /// a regular file of at most `max_bytes`, owned by root, by this user, or by whom its directory
  /// belongs to, as whom the agent runs. Fails with errc::challenge_rejected, naming the file,
  /// never its content.
  std::function<expected<sensitive_string>(const std::string& path, std::size_t max_bytes)>
      read_key;
  /// The content of a federated token file, which may be a link (Kubernetes makes it one). Fails
  /// with errc::invalid_configuration, naming the file.
  std::function<expected<sensitive_string>(const std::string& path, std::size_t max_bytes)>
      read_federated_token;
};

credential_files credential_files_of_this_machine();

}  // namespace midas::internal
