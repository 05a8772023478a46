#include "transport/hosts/credential_files.hpp"

#include "messages/concat.hpp"
#include "messages/descriptor.hpp"
#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"
#include "transport/formats/plain_value.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

namespace midas::internal {

namespace {

constexpr std::size_t max_shown = 300;

// Why a file was not read: the system's error number, or a problem of the file itself.
struct refusal {
  int system_error = 0;
  std::string problem{};
};

using content = tl::expected<sensitive_string, refusal>;
using content_refusal = tl::unexpected<refusal>;

content_refusal refuse_for_system() { return content_refusal{refusal{.system_error = errno}}; }

content_refusal refuse(std::string problem) {
  return content_refusal{refusal{.problem = std::move(problem)}};
}

// Opening must not wait for the writer of a FIFO, nor make a terminal the controlling one.
constexpr int open_flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

content read_regular_file(int file, const struct stat& status, std::size_t max_bytes) {
  if (!S_ISREG(status.st_mode)) {
    return refuse("is not a regular file");
  }
  // Not by the size from fstat: the file may grow meanwhile, and files in /proc have none. One byte
  // more than allowed, to notice a file that is too large.
  sensitive_string result(max_bytes + 1, '\0');
  std::size_t size = 0;
  while (size < result.size()) {
    const auto count = ::read(file, result.data() + size, result.size() - size);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return refuse_for_system();
    }
    if (count == 0) {
      result.resize(size);
      return result;
    }
    size += static_cast<std::size_t>(count);
  }
  return refuse(concat({"is larger than ", std::to_string(max_bytes), " bytes"}));
}

// The agent runs as a user of its own, which owns the directory.
bool is_trusted_owner(const struct stat& file, const struct stat& directory) noexcept {
  return file.st_uid == 0 || file.st_uid == ::geteuid() || file.st_uid == directory.st_uid;
}

content read_owned_file(const std::string& path, std::size_t max_bytes) {
  const auto separator = path.find_last_of('/');
  const auto parent = separator == std::string::npos ? "." : path.substr(0, separator + 1);
  const descriptor directory{::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!directory.is_open()) {
    return refuse_for_system();
  }
  const descriptor file{
      ::openat(directory.number(), path.c_str() + (separator + 1), open_flags | O_NOFOLLOW)};
  struct stat directory_status {};
  struct stat status {};
  if (!file.is_open() || ::fstat(directory.number(), &directory_status) != 0 ||
      ::fstat(file.number(), &status) != 0) {
    return errno == ELOOP ? refuse("is a symbolic link") : refuse_for_system();
  }
  if (!is_trusted_owner(status, directory_status)) {
    return refuse("belongs to neither root, this user, nor the owner of its directory");
  }
  if (S_ISREG(status.st_mode) && (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return refuse("may be written by users other than its owner");
  }
  if (S_ISREG(status.st_mode) && status.st_nlink != 1) {
    return refuse(concat({"has ", std::to_string(status.st_nlink), " hard links, not one"}));
  }
  return read_regular_file(file.number(), status, max_bytes);
}

content read_linked_file(const std::string& path, std::size_t max_bytes) {
  const descriptor file{::open(path.c_str(), open_flags)};
  struct stat status {};
  if (!file.is_open() || ::fstat(file.number(), &status) != 0) {
    return refuse_for_system();
  }
  return read_regular_file(file.number(), status, max_bytes);
}

// The system would take the null character for the end of the path.
bool holds_null(std::string_view path) noexcept { return path.find('\0') != path.npos; }

std::string described(const refusal& reason) {
  switch (reason.system_error) {
    case 0:
      return reason.problem;
    case ENOENT:
    case ENOTDIR:
      return "does not exist";
    case EACCES:
    case EPERM:
      return concat({"is not readable by this user (id ", std::to_string(::geteuid()), ")"});
    default:
      return "cannot be read: " + std::generic_category().message(reason.system_error);
  }
}

std::string shown(std::string_view path) { return quoted(one_line(path, max_shown)); }

std::string advice_for_key(const refusal& reason) {
  switch (reason.system_error) {
    case EACCES:
    case EPERM:
      return "Add the user of this process to the group himds (usermod -a -G himds USER), and "
             "restart the process";
    case ENOENT:
    case ENOTDIR:
      return "Check that Azure Arc's agent is running (azcmagent show); in a container, mount its "
             "directory";
    default:
      return "Check which program wrote it: Azure Arc's agent writes small regular files that it "
             "owns";
  }
}

expected<sensitive_string> read_key(const std::string& path, std::size_t max_bytes) {
  auto key = holds_null(path) ? refuse("has a null character in its name")
                              : read_owned_file(path, max_bytes);
  if (!key) {
    return fail(errc::challenge_rejected,
                concat({"Azure Arc's key file ", shown(path), " ", described(key.error())}),
                advice_for_key(key.error()));
  }
  return *std::move(key);
}

// A JSON Web Token has no white space, so that what programs put around it when they write the file
// can be left out.
content checked_token(sensitive_string token) {
  const auto value = without_margins(token);
  if (value.empty()) {
    return refuse("is empty");
  }
  if (!is_one_word(value)) {
    const auto advice = advice_for_value(token);
    return refuse(
        "does not hold a token: it has white space or characters that are not printable "
        "ASCII" +
        std::string{advice.empty() ? "" : ". "}.append(advice));
  }
  const auto begin = static_cast<std::size_t>(value.data() - token.data());
  token.erase(begin + value.size());
  token.erase(0, begin);
  return token;
}

expected<sensitive_string> read_federated_token(const std::string& path, std::size_t max_bytes) {
  auto token = holds_null(path) ? refuse("has a null character in its name")
                                : read_linked_file(path, max_bytes);
  if (token) {
    token = checked_token(*std::move(token));
  }
  if (!token) {
    return fail(
        errc::invalid_configuration,
        concat(
            {"AZURE_FEDERATED_TOKEN_FILE: the file ", shown(path), " ", described(token.error())}),
        "Set it to the file that the cluster mounts into the pod, and let the user of this process "
        "read the file");
  }
  return *std::move(token);
}

expected<sensitive_string> read_authorities(const std::string& path, std::size_t max_bytes) {
  auto authorities = holds_null(path) ? refuse("has a null character in its name")
                                      : read_linked_file(path, max_bytes);
  if (!authorities) {
    return fail(errc::invalid_configuration,
                concat({"AZURE_KUBERNETES_CA_FILE: the file ", shown(path), " ",
                        described(authorities.error())}),
                "Set it to the file that AKS mounts into the pod, and let the user of this process "
                "read the file");
  }
  return *std::move(authorities);
}

}  // namespace

credential_files credential_files_of_this_machine() {
  return {.read_key = read_key,
          .read_federated_token = read_federated_token,
          .read_authorities = read_authorities};
}

}  // namespace midas::internal
