// The newest token requests, as they arrive and are answered.
#pragma once

#include <midas/simulated_host_journal.hpp>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace midas::internal::simulator {

/// Written by a server's thread, read by any. Keeps nothing when its capacity is 0.
class request_journal {
 public:
  using time_point = journal_entry::time_point;

  explicit request_journal(std::size_t capacity) : capacity_(capacity) {}

  [[nodiscard]] bool keeps_any() const noexcept { return capacity_ > 0; }

  /// The number by which the other functions know the entry: 1, 2, 3 ... An entry that newer ones
  /// have displaced is no longer changed.
  std::uint64_t begin(journal_entry entry);
  void answered(std::uint64_t number, int status, time_point now);
  void ended(std::uint64_t number, time_point now);

  /// Oldest first.
  [[nodiscard]] std::vector<journal_entry> snapshot() const;

 private:
  /// Null when it is not kept.
  journal_entry* find(std::uint64_t number);

  std::size_t capacity_;
  mutable std::mutex mutex_;
  std::uint64_t last_ = 0;
  /// The entry of a number stands at (number - 1) % capacity_.
  std::vector<journal_entry> entries_;
};

}  // namespace midas::internal::simulator
