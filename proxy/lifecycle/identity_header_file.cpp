#include "proxy/lifecycle/identity_header_file.hpp"

#include "messages/descriptor.hpp"
#include "messages/make_error.hpp"
#include "transport/formats/plain_value.hpp"
#include <midas/sensitive_string.hpp>

#include <openssl/rand.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

namespace midas::internal::proxy {

namespace {

constexpr std::size_t max_header = 1'024;
/// The longest file that may hold a header: with white space around it.
constexpr std::size_t max_file = 2 * max_header;

unexpected unusable(const std::string& path, const std::string& problem, std::string_view advice) {
  return fail(errc::invalid_configuration,
              "the file of the identity header, " + path + ", " + problem, advice);
}

unexpected failed(const std::string& path, const char* operation) {
  return unusable(path, std::string{operation} + ": " + std::generic_category().message(errno),
                  "Choose a file in a directory that the proxy may use.");
}

expected<secret> header_in(const std::string& path, std::string_view text) {
  const auto header = without_margins(text);
  if (header.size() > max_header || !is_one_word(header)) {
    const auto advice = advice_for_value(header);
    return unusable(
        path, "does not hold one line of 1 to 1,024 printable characters",
        advice.empty() ? "Remove the file, and the proxy creates one." : std::string{advice} + ".");
  }
  return secret{header};
}

/// Whose file it may be. A client reads that of the proxy, which may run as any user.
enum class file_owner : bool { trusted, any };

expected<secret> read(const std::string& path, const descriptor& file, file_owner owner) {
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) {
    return failed(path, "cannot be examined");
  }
  if (!S_ISREG(status.st_mode)) {
    return unusable(path, "is not a regular file", "Name a file.");
  }
  if (owner == file_owner::trusted && status.st_uid != 0 && status.st_uid != ::geteuid()) {
    return unusable(path, "belongs to another user, who knows the header",
                    "Let root or the user of the proxy own it.");
  }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return unusable(path, "can be written by others", "Run chmod go-w on it.");
  }
  sensitive_string text(max_file + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto count = ::read(file.number(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return failed(path, "cannot be read");
    }
    if (count == 0) {
      break;
    }
    size += static_cast<std::size_t>(count);
  }
  return header_in(path, std::string_view{text}.substr(0, size));
}

/// Empty if the file does not exist.
std::optional<expected<secret>> read_existing(const std::string& path, file_owner owner) {
  // A FIFO would wait for a writer.
  const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
  if (file.number() < 0 && errno == ENOENT) {
    return std::nullopt;
  }
  return file.number() < 0 ? failed(path, "cannot be opened") : read(path, file, owner);
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno != EINTR) {
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
  return true;
}

/// Creates the file with its content at once. Nothing happens if another process was faster.
expected<void> create(const std::string& path) {
  auto temporary = path + ".XXXXXX";
  const descriptor file{::mkostemp(temporary.data(), O_CLOEXEC)};
  if (file.number() < 0) {
    return failed(path, "cannot be created");
  }
  sensitive_string line{random_identity_header().reveal()};
  line += '\n';
  const bool is_written = write_all(file.number(), line);
  const bool is_linked = is_written && ::link(temporary.c_str(), path.c_str()) == 0;
  const int problem = errno;
  (void)::unlink(temporary.c_str());
  if (!is_linked && problem != EEXIST) {
    errno = problem;
    return failed(path, is_written ? "cannot be created" : "cannot be written");
  }
  return {};
}

}  // namespace

secret random_identity_header() {
  std::array<unsigned char, 32> bytes{};
  if (::RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    throw std::runtime_error{"the system has no random numbers for an identity header"};
  }
  constexpr std::string_view digits = "0123456789ABCDEF";
  sensitive_string text;
  for (const auto byte : bytes) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  wipe(bytes.data(), bytes.size());
  const auto size = text.size();
  return secret{std::move(text), 0, size};
}

expected<secret> read_identity_header(const std::string& path) {
  const auto header = read_existing(path, file_owner::any);
  return header ? *header
                : unusable(path, "does not exist",
                           "Start the proxy with --identity-header-file, which creates it.");
}

expected<secret> read_or_create_identity_header(const std::string& path) {
  if (const auto header = read_existing(path, file_owner::trusted)) {
    return *header;
  }
  if (const auto created = create(path); !created) {
    return unexpected{created.error()};
  }
  const auto header = read_existing(path, file_owner::trusted);
  return header ? *header : unusable(path, "has been removed", "Start the proxy again.");
}

}  // namespace midas::internal::proxy
