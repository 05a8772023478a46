// The lock of MSAL's extensions: a file that exists while a process holds it.
#pragma once

#include "store/lock_descriptor.hpp"
#include "store/system_calls.hpp"
#include <midas/error.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace midas::internal {

struct file_lock_options {
  /// How long to wait for another process.
  std::chrono::milliseconds timeout{10'000};
  /// A file without a process id that nobody has locked is abandoned after this time: its maker
  /// died before it wrote the id. A program with MSAL may take five seconds to lock it.
  std::chrono::milliseconds unsigned_grace{6'000};
  /// The same for a file whose process id is in use, perhaps by another process.
  std::chrono::milliseconds signed_grace{10'000};
};

/// Who made a lock file, as far as the system tells.
enum class lock_maker : std::uint8_t { unknown, dead, this_process, alive };

/// The process id in "4711 python3"; 0 if the text does not begin with one.
std::int32_t read_lock_maker(std::string_view text) noexcept;

/// Whether a lock file of that age, which nobody has locked, is a dead process's.
bool is_abandoned(lock_maker maker, std::chrono::milliseconds age,
                  const file_lock_options& options) noexcept;

/// Held while the object exists. The kernel's lock on the file (flock) excludes; that the file
/// exists is for programs with MSAL, which look at that first. A forked child does not have it.
class file_lock {
 public:
  /// Waits with growing pauses. `directory` must outlive the lock; `path` is for errors.
  static expected<file_lock> acquire(int directory, std::string name, const std::string& path,
                                     const file_lock_options& options);

  file_lock(file_lock&&) noexcept = default;
  file_lock& operator=(file_lock&&) = delete;
  ~file_lock();

  /// Adds a line to the file, after the process id and the name, for processes that have opened the
  /// file while they wait. False if it cannot be written.
  bool add_line(std::string_view text) const;

  /// A process died while it held the lock.
  [[nodiscard]] bool was_abandoned() const noexcept { return was_abandoned_; }

 private:
  file_lock(int directory, std::string name, lock_descriptor file, bool was_abandoned);

  int directory_;
  std::string name_;
  lock_descriptor file_;
  bool was_abandoned_;
};

}  // namespace midas::internal
