#include "tools/load/workers/worker_secret.hpp"

#include "messages/descriptor.hpp"
#include "messages/make_error.hpp"
#include "tools/load/workers/message_seal.hpp"
#include <midas/sensitive_string.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>

namespace midas::internal::tools {

namespace {

constexpr std::size_t min_secret = 16;
constexpr std::size_t max_secret = 1'024;

unexpected unusable_secret(const std::string& path, const std::string& problem,
                           std::string_view advice) {
  return fail(errc::invalid_configuration,
              "the file of the workers' secret, " + path + ", " + problem, advice);
}

std::string_view without_space(std::string_view text) noexcept {
  constexpr std::string_view space = " \t\r\n";
  const auto first = text.find_first_not_of(space);
  return first == std::string_view::npos
             ? std::string_view{}
             : text.substr(first, text.find_last_not_of(space) - first + 1);
}

}  // namespace

expected<secret> read_worker_secret(const std::string& path) {
  // A FIFO would wait for a writer.
  const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
  struct stat status {};
  if (!file.is_open() || ::fstat(file.number(), &status) != 0) {
    return unusable_secret(path, "cannot be opened: " + std::generic_category().message(errno),
                           "Write the secret that the worker has printed into a file");
  }
  if (!S_ISREG(status.st_mode)) {
    return unusable_secret(path, "is not a regular file", "Name a file");
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return unusable_secret(path, "can be used by others", "Run chmod 600 on it");
  }
  sensitive_string text(2 * max_secret, '\0');
  const auto size = ::read(file.number(), text.data(), text.size());
  if (size < 0) {
    return unusable_secret(path, "cannot be read: " + std::generic_category().message(errno),
                           "Name another file");
  }
  const auto content =
      without_space(std::string_view{text}.substr(0, static_cast<std::size_t>(size)));
  const bool is_printable =
      std::ranges::all_of(content, [](char c) { return c > ' ' && c <= '~'; });
  if (content.size() < min_secret || content.size() > max_secret || !is_printable) {
    return unusable_secret(path, "does not hold one line of 16 to 1,024 printable characters",
                           "Write the secret that the worker has printed into it");
  }
  return secret{content};
}

secret random_worker_secret() { return secret{std::string_view{random_nonce()}}; }

}  // namespace midas::internal::tools
