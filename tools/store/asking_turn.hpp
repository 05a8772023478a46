// One process at a time asks the host for a token that goes to the store.
#pragma once

#include "messages/descriptor.hpp"
#include "store/file_lock.hpp"
#include "store/private_file.hpp"
#include "tools/store/stored_answer.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace midas::internal::tools {

/// Held by at most one process for each key and endpoint of a store; given back at the end of the
/// object, or by the kernel at the end of the process.
class asking_turn {
 public:
  enum class outcome : std::uint8_t {
    held,
    /// Another process asks the host.
    busy,
    /// The directory of the store cannot be used.
    impossible,
  };

  asking_turn(std::string store_path, const store_question& question);
  asking_turn(const asking_turn&) = delete;
  asking_turn& operator=(const asking_turn&) = delete;
  ~asking_turn() = default;

  /// Waits for at most `patience`. Creates the directory of the store.
  outcome wait_for(std::chrono::milliseconds patience);

  /// Tells the processes that wait for the turn, which must be held, that the host granted no
  /// token.
  void share(const error& failure) const;
  /// Follows the process whose turn it is, if there is one. Call it before each wait.
  void follow();
  /// What the followed process has shared. The kernel keeps it until this object ends.
  [[nodiscard]] std::optional<error> failure_of_other() const;

 private:
  std::string store_path_;
  std::string name_;
  // Declared before the lock, which uses it.
  std::optional<private_file> store_;
  std::optional<file_lock> lock_;
  // The lock of the followed process, which may have removed it.
  descriptor followed_;
};

}  // namespace midas::internal::tools
