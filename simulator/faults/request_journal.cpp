#include "simulator/faults/request_journal.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace midas::internal::simulator {

std::uint64_t request_journal::begin(journal_entry entry) {
  const std::lock_guard lock(mutex_);
  const auto number = ++last_;
  if (entries_.size() < capacity_) {
    entries_.push_back(std::move(entry));
  } else if (capacity_ > 0) {
    entries_[(number - 1) % capacity_] = std::move(entry);
  }
  return number;
}

void request_journal::answered(std::uint64_t number, int status, time_point now) {
  const std::lock_guard lock(mutex_);
  if (auto* const entry = find(number)) {
    entry->status = status;
    entry->answered = now;
  }
}

void request_journal::ended(std::uint64_t number, time_point now) {
  const std::lock_guard lock(mutex_);
  if (auto* const entry = find(number)) {
    entry->ended = now;
  }
}

journal_entry* request_journal::find(std::uint64_t number) {
  const bool is_kept = number > 0 && number <= last_ && last_ - number < capacity_;
  return is_kept ? &entries_[(number - 1) % capacity_] : nullptr;
}

std::vector<journal_entry> request_journal::snapshot() const {
  const std::lock_guard lock(mutex_);
  std::vector<journal_entry> result;
  result.reserve(entries_.size());
  const auto oldest =
      entries_.size() < capacity_ || capacity_ == 0
          ? entries_.begin()
          : std::next(entries_.begin(), static_cast<std::ptrdiff_t>(last_ % capacity_));
  result.insert(result.end(), oldest, entries_.end());
  result.insert(result.end(), entries_.begin(), oldest);
  return result;
}

}  // namespace midas::internal::simulator
