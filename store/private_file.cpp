#include "store/private_file.hpp"

#include "messages/concat.hpp"
#include "store/file_checks.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <utility>

namespace midas::internal {

namespace {

constexpr std::string_view temporary_mark = ".tmp-";

// MSAL reads a file again if its modification is later than MSAL's last reading. A process that
// read the old file while the new one was being written must see a later time.
constexpr std::chrono::seconds ahead_of_readers{1};

unexpected fail_to_open(const std::string& path, int number) {
  return number == ELOOP ? reject_file(path, "is a symbolic link", "Name the file itself")
                         : system_failure("open the token store", path, number);
}

// Like mkdir -p, with directories that only this user may enter.
bool make_directories(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), S_IRWXU) == 0 || errno == EEXIST) {
    return true;
  }
  if (errno != ENOENT || !path.has_relative_path() || path == path.parent_path()) {
    return false;
  }
  return make_directories(path.parent_path()) &&
         (::mkdir(path.c_str(), S_IRWXU) == 0 || errno == EEXIST);
}

std::string random_digits() {
  std::uint64_t number = 0;
  while (::getrandom(&number, sizeof number, 0) != sizeof number) {
  }
  std::array<char, 16> text{};
  constexpr int base = 16;
  const auto end = std::to_chars(text.begin(), text.end(), number, base);
  return {text.begin(), end.ptr};
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const auto written = uninterrupted([&] { return ::write(file, text.data(), text.size()); });
    if (written <= 0) {
      errno = written == 0 ? ENOSPC : errno;
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool make_durable(int file) {
  return uninterrupted([&] { return ::fsync(file); }) == 0;
}

void set_modification_time(int file) {
  const auto time = std::chrono::system_clock::now() + ahead_of_readers;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const std::chrono::nanoseconds rest = time - seconds;
  const timespec modified{.tv_sec = seconds.time_since_epoch().count(), .tv_nsec = rest.count()};
  const std::array times{modified, modified};
  // Without it, a process with MSAL notices the change later.
  ::futimens(file, times.data());
}

}  // namespace

private_file::private_file(private_file_options options, descriptor directory, std::string name)
    : options_(std::move(options)), directory_(std::move(directory)), name_(std::move(name)) {}

expected<std::optional<private_file>> private_file::open(const private_file_options& options,
                                                         bool creates) {
  const std::filesystem::path path{options.path};
  if (!path.has_filename() || path.filename() == "." || path.filename() == ".." ||
      options.path.find('\0') != std::string::npos) {
    return reject_file(options.path, "is not the path of a file",
                       "Choose a file for the token store");
  }
  const auto parent = path.has_parent_path() ? path.parent_path().string() : std::string{"."};
  if (creates && !make_directories(parent)) {
    return system_failure("create the directory of the token store", parent, errno);
  }
  descriptor directory{uninterrupted(
      [&] { return ::openat(AT_FDCWD, parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); })};
  if (!directory.is_open()) {
    if (errno == ENOENT) {
      return std::nullopt;
    }
    return system_failure("open the directory of the token store", parent, errno);
  }
  struct stat status {};
  struct statfs system {};
  if (::fstat(directory.number(), &status) != 0 || ::fstatfs(directory.number(), &system) != 0) {
    return system_failure("examine the directory of the token store", parent, errno);
  }
  if (auto checked = check_directory(status, parent); !checked) {
    return unexpected{std::move(checked.error())};
  }
  if (!options.allow_network_file_system && is_network_file_system(system.f_type)) {
    return reject_file(parent,
                       "is on a network file system, where other machines may see the tokens",
                       "Keep the token store on a local disk");
  }
  return private_file{options, std::move(directory), path.filename()};
}

expected<std::optional<file_stamp>> private_file::stamp() const {
  struct stat status {};
  if (::fstatat(directory(), name_.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
    return stamp_of(status);
  }
  if (errno == ENOENT) {
    return std::nullopt;
  }
  return system_failure("examine the token store", options_.path, errno);
}

expected<std::optional<file_content>> private_file::read() const {
  // Without O_NONBLOCK, opening a named pipe waits for its writer.
  const descriptor file{uninterrupted([&] {
    return ::openat(directory(), name_.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  })};
  if (!file.is_open()) {
    if (errno == ENOENT) {
      return std::nullopt;
    }
    return fail_to_open(options_.path, errno);
  }
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) {
    return system_failure("examine the token store", options_.path, errno);
  }
  if (auto checked = check_file(status, options_.path, options_.max_bytes); !checked) {
    return unexpected{std::move(checked.error())};
  }
  file_content result{.text = {}, .stamp = stamp_of(status)};
  // At once, so that a file of the expected size is never moved: with room for what a change adds,
  // and for the end of the file to show.
  constexpr std::size_t spare = 16'384;
  result.text.reserve(static_cast<std::size_t>(status.st_size) + spare);
  std::size_t size = 0;
  for (;;) {
    // In blocks that stay in the processor's cache between being zeroed and being read.
    constexpr std::size_t block = 131'072;
    result.text.resize(std::max(size + 1, std::min(size + block, result.text.capacity())));
    const auto count = uninterrupted([&] {
      return ::read(file.number(), result.text.data() + size, result.text.size() - size);
    });
    if (count < 0) {
      return system_failure("read the token store", options_.path, errno);
    }
    if (count == 0) {
      break;
    }
    size += static_cast<std::size_t>(count);
    if (size > options_.max_bytes) {
      return reject_size(options_.path, "has", options_.max_bytes);
    }
  }
  result.text.resize(size);
  return result;
}

expected<void> private_file::write(const std::string& temporary, std::string_view text) const {
  const descriptor file{uninterrupted([&] {
    return ::openat(directory(), temporary.c_str(),
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
  })};
  if (!file.is_open() || !write_all(file.number(), text)) {
    return system_failure("write the token store", options_.path, errno);
  }
  set_modification_time(file.number());
  // Some file systems report a full disk only here.
  if (!make_durable(file.number())) {
    return system_failure("write the token store", options_.path, errno);
  }
  return {};
}

expected<bool> private_file::replace(std::string_view text,
                                     const std::optional<file_stamp>* seen) const {
  if (text.size() > options_.max_bytes) {
    return reject_size(options_.path, "would have", options_.max_bytes);
  }
  const auto temporary = concat({name_, temporary_mark, random_digits()});
  auto written = write(temporary, text);
  // At the last moment: writing takes milliseconds.
  const auto there = seen == nullptr ? expected<std::optional<file_stamp>>{} : stamp();
  const bool is_seen = seen == nullptr || (there && *there == *seen);
  if (written && is_seen &&
      ::renameat(directory(), temporary.c_str(), directory(), name_.c_str()) != 0) {
    written = system_failure("replace the token store", options_.path, errno);
  }
  if (!written || !is_seen) {
    ::unlinkat(directory(), temporary.c_str(), 0);
    return written ? expected<bool>{false} : unexpected{written.error()};
  }
  // Some file systems cannot do this to a directory, and need not.
  if (!make_durable(directory()) && errno != EINVAL && errno != ENOTSUP) {
    return system_failure("make the new token store durable", options_.path, errno);
  }
  return true;
}

expected<void> private_file::touch() const {
  const descriptor file{uninterrupted([&] {
    return ::openat(directory(), name_.c_str(),
                    O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, S_IRUSR | S_IWUSR);
  })};
  if (!file.is_open()) {
    return fail_to_open(options_.path, errno);
  }
  set_modification_time(file.number());
  return {};
}

std::string corrupt_suffix(std::chrono::sys_seconds now) {
  return ".corrupt-" + std::to_string(now.time_since_epoch().count());
}

expected<std::string> private_file::set_aside(std::chrono::sys_seconds now) const {
  const auto base = name_ + corrupt_suffix(now);
  auto kept = base;
  struct stat status {};
  for (int i = 2; ::fstatat(directory(), kept.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0; ++i) {
    kept = concat({base, "-", std::to_string(i)});
  }
  if (::renameat(directory(), name_.c_str(), directory(), kept.c_str()) != 0) {
    return system_failure("keep the corrupt token store aside", options_.path, errno);
  }
  return (std::filesystem::path{options_.path}.parent_path() / kept).string();
}

void private_file::remove_leftovers() const {
  const int copy = ::openat(directory(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) {
    return;
  }
  const std::unique_ptr<DIR, int (*)(DIR*)> entries{::fdopendir(copy), ::closedir};
  if (entries == nullptr) {
    ::close(copy);
    return;
  }
  const auto prefix = concat({name_, temporary_mark});
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread has this DIR
  while (const auto* const entry = ::readdir(entries.get())) {
    if (std::string_view{entry->d_name}.starts_with(prefix)) {
      ::unlinkat(directory(), entry->d_name, 0);
    }
  }
}

}  // namespace midas::internal
