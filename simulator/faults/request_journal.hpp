// The newest token requests of a simulated host, with their times and answers.
#pragma once

#include <midas/simulated_host_statistics.hpp>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace midas::internal::simulator {

/// Any thread may use it. Keeps nothing if its capacity is 0.
class request_journal {
 public:
  using time_point = journal_entry::time_point;

  explicit request_journal(std::size_t capacity) : capacity_(capacity) {}

  [[nodiscard]] bool keeps_any() const noexcept { return capacity_ > 0; }

  /// Adds an entry and returns its number: 1, 2, 3 and so on. The functions below ignore the
  /// numbers of entries that newer ones have displaced.
  std::uint64_t begin(journal_entry entry);
  void answered(std::uint64_t number, int status, time_point now);
  void ended(std::uint64_t number, time_point now);

  /// Oldest first.
  [[nodiscard]] std::vector<journal_entry> snapshot() const;

 private:
  /// Null if the entry has been displaced.
  journal_entry* find(std::uint64_t number);

  std::size_t capacity_;
  mutable std::mutex mutex_;
  std::uint64_t last_ = 0;
  /// A ring buffer: the entry with number n is at (n - 1) % capacity_.
  std::vector<journal_entry> entries_;
};

}  // namespace midas::internal::simulator
