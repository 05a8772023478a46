#include "store/file_lock.hpp"

#include "messages/ascii.hpp"
#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <random>
#include <thread>
#include <utility>

namespace midas::internal {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto mode_of_lock = S_IRUSR | S_IWUSR;

std::string read_note(int file) {
  std::array<char, 128> text{};
  const auto size = uninterrupted([&] { return ::pread(file, text.data(), text.size(), 0); });
  return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

lock_maker maker_of(std::int32_t id) {
  if (id <= 0) {
    return lock_maker::unknown;
  }
  if (id == ::getpid()) {
    return lock_maker::this_process;
  }
  return ::kill(id, 0) != 0 && errno == ESRCH ? lock_maker::dead : lock_maker::alive;
}

milliseconds age_of_lock(const struct stat& status) {
  const auto made = std::chrono::system_clock::from_time_t(status.st_mtim.tv_sec) +
                    std::chrono::duration_cast<std::chrono::system_clock::duration>(
                        std::chrono::nanoseconds{status.st_mtim.tv_nsec});
  // A time in the future says as little as one long past.
  return std::chrono::abs(
      std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now() - made));
}

bool write_note(int file) {
  const auto note = concat({std::to_string(::getpid()), " ", program_invocation_short_name});
  return uninterrupted([&] { return ::ftruncate(file, 0); }) == 0 &&
         uninterrupted([&] { return ::pwrite(file, note.data(), note.size(), 0); }) ==
             static_cast<ssize_t>(note.size());
}

// Others remove and create the file. A lock on a removed one excludes nobody.
bool is_in_place(int directory, const std::string& name, const struct stat& status) {
  struct stat there {};
  return ::fstatat(directory, name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 &&
         there.st_dev == status.st_dev && there.st_ino == status.st_ino;
}

// Pauses between attempts: growing, and different in each process.
class lock_pause {
 public:
  void sleep_until(steady_clock::time_point deadline) {
    std::uniform_int_distribution<int> some{longest_.count() / 2, longest_.count()};
    std::this_thread::sleep_until(
        std::min(deadline, steady_clock::now() + std::chrono::microseconds{some(random_)}));
    longest_ = std::min(2 * longest_, limit);
  }

 private:
  using pause = std::chrono::duration<int, std::micro>;
  static constexpr pause limit{25'000};

  pause longest_{1'000};
  std::minstd_rand random_{static_cast<unsigned>(
      ::getpid() ^ static_cast<int>(steady_clock::now().time_since_epoch().count()))};
};

// One attempt after the other to get the lock.
class lock_attempt {
 public:
  enum class outcome : std::uint8_t { held, busy, failed };

  lock_attempt(int directory, const std::string& name, const file_lock_options& options)
      : directory_(directory), name_(name), options_(options) {}

  // errno is set if it failed.
  outcome try_once() {
    if (!file_.is_open() && !open()) {
      // The holder has just removed the file.
      return errno == ENOENT ? outcome::busy : outcome::failed;
    }
    if (!is_made_ && !seems_abandoned()) {
      return give_back();
    }
    if (uninterrupted([&] { return ::flock(file_.number(), LOCK_EX | LOCK_NB); }) != 0) {
      return errno == EWOULDBLOCK ? give_back() : fail();
    }
    struct stat status {};
    if (::fstat(file_.number(), &status) != 0) {
      return fail();
    }
    if (!is_in_place(directory_, name_, status)) {
      is_made_ = false;
      return give_back();
    }
    if (!is_made_) {
      was_abandoned_ = seems_abandoned();
      if (!was_abandoned_) {
        return give_back();
      }
    }
    return write_note(file_.number()) ? outcome::held : fail();
  }

  [[nodiscard]] bool was_abandoned() const noexcept { return was_abandoned_; }
  lock_descriptor take() && { return std::move(file_); }

 private:
  bool open() {
    file_ =
        lock_descriptor{directory_, name_, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode_of_lock};
    is_made_ = file_.is_open();
    if (!is_made_ && errno == EEXIST) {
      file_ = lock_descriptor{directory_, name_, O_RDWR | O_NOFOLLOW | O_NONBLOCK};
    }
    return file_.is_open();
  }

  // To be asked before the file is locked, too: a program with MSAL creates the file, then locks
  // it, and fails to if others do so for a moment to look at it.
  [[nodiscard]] bool seems_abandoned() const {
    struct stat status {};
    return ::fstat(file_.number(), &status) == 0 &&
           is_abandoned(maker_of(read_lock_maker(read_note(file_.number()))), age_of_lock(status),
                        options_);
  }

  // Another process that looks whether the file is abandoned may have locked it for a moment: the
  // maker keeps it, and tries again.
  outcome give_back() {
    if (!is_made_) {
      file_.close();
    }
    return outcome::busy;
  }

  // Others would wait for a file that this process has made.
  outcome fail() {
    if (is_made_) {
      const int number = errno;
      ::unlinkat(directory_, name_.c_str(), 0);
      errno = number;
    }
    return outcome::failed;
  }

  int directory_;
  const std::string& name_;
  const file_lock_options& options_;
  lock_descriptor file_;
  bool is_made_ = false;
  bool was_abandoned_ = false;
};

unexpected fail_to_lock(int directory, const std::string& name, const std::string& path) {
  const descriptor file{
      ::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)};
  const auto note = file.is_open() ? read_note(file.number()) : std::string{};
  constexpr std::size_t max_shown = 80;
  return fail(errc::store_failed,
              concat({"the lock ", internal::quoted(path), " is held by ",
                      (note.empty() ? "another process" : "process " + one_line(note, max_shown))}),
              "Try again; remove the file if that process does not use the token store");
}

}  // namespace

std::int32_t read_lock_maker(std::string_view text) noexcept {
  std::int32_t id = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, id);
  const bool is_whole = read.ec == std::errc{} && (read.ptr == end || *read.ptr == ' ');
  return is_whole && id > 0 ? id : 0;
}

bool is_abandoned(lock_maker maker, milliseconds age, const file_lock_options& options) noexcept {
  switch (maker) {
    case lock_maker::unknown:
      return age >= options.unsigned_grace;
    case lock_maker::dead:
    // A process that had this id before: this one locks its files before it writes to them.
    case lock_maker::this_process:
      return true;
    case lock_maker::alive:
      return age >= options.signed_grace;
  }
  return false;
}

file_lock::file_lock(int directory, std::string name, lock_descriptor file, bool was_abandoned)
    : directory_(directory),
      name_(std::move(name)),
      file_(std::move(file)),
      was_abandoned_(was_abandoned) {}

expected<file_lock> file_lock::acquire(int directory, std::string name, const std::string& path,
                                       const file_lock_options& options) {
  const auto deadline = steady_clock::now() + options.timeout;
  lock_attempt attempt{directory, name, options};
  lock_pause pause;
  for (;;) {
    switch (attempt.try_once()) {
      case lock_attempt::outcome::held: {
        const bool was_abandoned = attempt.was_abandoned();
        auto file = std::move(attempt).take();
        return file_lock{directory, std::move(name), std::move(file), was_abandoned};
      }
      case lock_attempt::outcome::failed:
        return system_failure("lock", path, errno);
      case lock_attempt::outcome::busy:
        break;
    }
    if (steady_clock::now() >= deadline) {
      return fail_to_lock(directory, name, path);
    }
    pause.sleep_until(deadline);
  }
}

bool file_lock::add_line(std::string_view text) const {
  struct stat status {};
  if (::fstat(file_.number(), &status) != 0) {
    return false;
  }
  const auto line = std::string{'\n'}.append(text);
  return uninterrupted([&] {
           return ::pwrite(file_.number(), line.data(), line.size(), status.st_size);
         }) == static_cast<ssize_t>(line.size());
}

file_lock::~file_lock() {
  if (!file_.is_open()) {
    return;
  }
  struct stat status {};
  if (::fstat(file_.number(), &status) == 0 && is_in_place(directory_, name_, status)) {
    ::unlinkat(directory_, name_.c_str(), 0);
  }
}

}  // namespace midas::internal
