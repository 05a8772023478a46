#include "proxy/configuration/configuration_file.hpp"

#include "messages/descriptor.hpp"
#include "messages/plain_text.hpp"
#include "proxy/configuration/configuration_reader.hpp"
#include <midas/sensitive_string.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <system_error>

namespace midas::internal::proxy {
namespace {

configuration_problems problem(std::string what, std::string remedy) {
  return {{std::string{whole_file}, std::move(what), std::move(remedy)}};
}

configuration_problems unreadable(const std::string& path, int error) {
  return problem(quoted(path) + " cannot be read: " + std::generic_category().message(error),
                 "Check that it exists, and that the user of the proxy may read it");
}

}  // namespace

configuration_problems check_file(const std::string& path, const file_facts& file, uid_t self) {
  if (!S_ISREG(file.mode)) {
    return problem(quoted(path) + " is not a regular file", "Pass the path of a file");
  }
  if (file.size > max_configuration_bytes) {
    return problem(quoted(path) + " has " + std::to_string(file.size) + " bytes",
                   "Write at most " + std::to_string(max_configuration_bytes));
  }
  if (file.owner != 0 && file.owner != self) {
    return problem(
        quoted(path) + " belongs to user " + std::to_string(file.owner) + ", who could change it",
        "Give it to root: chown root " + path);
  }
  if ((file.mode & (S_IWGRP | S_IWOTH)) != 0) {
    return problem(quoted(path) + " can be changed by its group or by everyone",
                   "Let only its owner write it: chmod go-w " + path);
  }
  return {};
}

configuration_problems check_secrecy(const std::string& path, const file_facts& file,
                                     const proxy_configuration& configuration) {
  if (configuration.identity_header.empty() || (file.mode & S_IROTH) == 0) {
    return {};
  }
  return {{"identity_header", "is in " + quoted(path) + ", which everyone may read",
           "Let others not read the file: chmod o-r " + path +
               "; and choose another secret, since this one may be known"}};
}

configuration_result<proxy_configuration> load_configuration(const std::string& path) {
  // Does not wait for the writer of a FIFO.
  const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  struct stat status {};
  if (!file.is_open() || ::fstat(file.number(), &status) != 0) {
    return tl::unexpected{unreadable(path, errno)};
  }
  const file_facts facts{status.st_mode, status.st_uid, status.st_size};
  if (auto wrong = check_file(path, facts, ::geteuid()); !wrong.empty()) {
    return tl::unexpected{std::move(wrong)};
  }
  // One byte more shows that the file grows.
  sensitive_string text(static_cast<std::size_t>(facts.size) + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto read = ::read(file.number(), text.data() + size, text.size() - size);
    if (read < 0 && errno != EINTR) {
      return tl::unexpected{unreadable(path, errno)};
    }
    if (read == 0) {
      break;
    }
    size += read > 0 ? static_cast<std::size_t>(read) : 0;
  }
  if (size == text.size()) {
    return tl::unexpected{problem(quoted(path) + " has become larger while it was read",
                                  "Write the file as a whole, and rename it to its place")};
  }
  text.resize(size);
  auto result = read_configuration(std::move(text));
  if (result) {
    if (auto wrong = check_secrecy(path, facts, *result); !wrong.empty()) {
      return tl::unexpected{std::move(wrong)};
    }
  }
  return result;
}

}  // namespace midas::internal::proxy
