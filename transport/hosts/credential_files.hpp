// Reads the files with which some hosts authenticate their callers.
#pragma once

#include <midas/error.hpp>
#include <midas/sensitive_string.hpp>

#include <cstddef>
#include <functional>
#include <string>

namespace midas::internal {

/// File access as a value, so that tests can replace it. May be called from any thread.
struct credential_files {
  /// The content of Azure Arc's key file. Opens the file once, without following a symbolic link in
  /// the last component of `path`, and accepts only a regular file of at most `max_bytes` that
  /// belongs to root, to this user, or to the owner of its directory, the user that the agent runs
  /// as, that only its owner may write, and that has no other hard link. Fails with
  /// errc::challenge_rejected, naming the file but never its content.
  std::function<expected<sensitive_string>(const std::string& path, std::size_t max_bytes)>
      read_key;
  /// The content of a federated token file, which may be a symbolic link, as in Kubernetes. Accepts
  /// only a regular file of at most `max_bytes` with one word of printable ASCII; what stands
  /// around it (without_margins()) is left out. Fails with errc::invalid_configuration, naming the
  /// file but never its content.
  std::function<expected<sensitive_string>(const std::string& path, std::size_t max_bytes)>
      read_federated_token;
  /// The content of AZURE_KUBERNETES_CA_FILE, which may be empty, and which may be a symbolic link.
  /// Accepts only a regular file of at most `max_bytes`. Fails with errc::invalid_configuration,
  /// naming the file.
  std::function<expected<sensitive_string>(const std::string& path, std::size_t max_bytes)>
      read_authorities{};
};

/// Reads the files of this machine.
credential_files credential_files_of_this_machine();

}  // namespace midas::internal
