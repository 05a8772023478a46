#include "tools/store/asking_turn.hpp"

#include "store/system_calls.hpp"
#include "tools/store/shared_failure.hpp"
#include "transport/formats/sha256.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace midas::internal::tools {

namespace {

// A lock of its own for each key, so that requests for different resources do not wait for each
// other.
std::string lock_name(const std::string& store_name, const store_question& question) {
  constexpr std::size_t digits = 16;
  const auto& [identity, resource] = question.key;
  const auto text = to_string(identity) + '\n' + resource + '\n' + question.endpoint;
  return store_name + ".asking-" + sha256_hex(text).substr(0, digits);
}

// An error has a few hundred characters in each of its texts.
constexpr std::size_t max_lock_file = 65'536;

// Without the first line; empty if the file may be another user's.
std::string lines_added_to(int file) {
  struct stat status {};
  if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || status.st_uid != ::geteuid() ||
      std::cmp_greater(status.st_size, max_lock_file)) {
    return {};
  }
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  const auto size = uninterrupted([&] { return ::pread(file, text.data(), text.size(), 0); });
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  const auto end = text.find('\n');
  return end == std::string::npos ? std::string{} : text.substr(end + 1);
}

}  // namespace

asking_turn::asking_turn(std::string store_path, const store_question& question)
    : store_path_(std::move(store_path)) {
  auto opened = private_file::open({.path = store_path_}, true);
  if (opened && *opened) {
    store_.emplace(**std::move(opened));
    name_ = lock_name(store_->name(), question);
  }
}

asking_turn::outcome asking_turn::wait_for(std::chrono::milliseconds patience) {
  if (!store_) {
    return outcome::impossible;
  }
  const auto begun = std::chrono::steady_clock::now();
  auto lock = file_lock::acquire(store_->directory(), name_, store_path_, {.timeout = patience});
  if (lock) {
    lock_.emplace(*std::move(lock));
    return outcome::held;
  }
  // It gives up before its time only if the lock cannot be made.
  return std::chrono::steady_clock::now() - begun < patience ? outcome::impossible : outcome::busy;
}

void asking_turn::share(const error& failure) const {
  if (lock_) {
    // Without it, the others ask the host themselves.
    static_cast<void>(lock_->add_line(failure_text(failure)));
  }
}

void asking_turn::follow() {
  if (store_ && !failure_of_other()) {
    followed_ = descriptor{uninterrupted([&] {
      return ::openat(store_->directory(), name_.c_str(),
                      O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    })};
  }
}

std::optional<error> asking_turn::failure_of_other() const {
  return followed_.is_open() ? read_failure(lines_added_to(followed_.number())) : std::nullopt;
}

}  // namespace midas::internal::tools
