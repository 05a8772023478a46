// When the requests of an open load model begin, whatever the answers do.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace midas::internal::tools {

/// A part of the schedule in which the rate changes linearly, or not at all.
struct load_stage {
  std::chrono::nanoseconds length{};
  /// Requests per second, at the beginning and at the end.
  double from = 0;
  double to = 0;

  friend bool operator==(const load_stage&, const load_stage&) = default;
};

/// A plain value. Requests are numbered from 0; within a stage of one rate they are equally spaced.
class arrival_schedule {
 public:
  arrival_schedule() = default;
  explicit arrival_schedule(std::vector<load_stage> stages);

  /// The number of requests.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] std::chrono::nanoseconds length() const noexcept;
  [[nodiscard]] const std::vector<load_stage>& stages() const noexcept { return stages_; }

  /// When request `number` begins, from the beginning of the schedule. For a number of at least
  /// size(): length().
  [[nodiscard]] std::chrono::nanoseconds at(std::uint64_t number) const;
  /// The rate, in requests per second, at that time. Zero after the end.
  [[nodiscard]] double rate_at(std::chrono::nanoseconds time) const;

 private:
  struct start {
    std::chrono::nanoseconds time{};
    /// How many requests the earlier stages have; may have a fraction.
    long double requests = 0;
  };

  std::vector<load_stage> stages_;
  /// One for each stage, and one for the end.
  std::vector<start> starts_{1};
  std::uint64_t size_ = 0;
};

}  // namespace midas::internal::tools
