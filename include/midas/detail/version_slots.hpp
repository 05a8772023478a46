// A version number for each thing that is published in the process, side by side in memory.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace midas {

/// Thread-safe. Sixteen numbers share a cache line, so that a thread which reads ten thousand
/// tokens finds all their versions near; a token is published too seldom for its neighbours to
/// notice. Memory is taken as places are, used again, and never given back.
class version_slots {
 public:
  using slot_index = std::uint32_t;

  /// Where there is no version: not to be looked at.
  static constexpr slot_index no_slot = 0;
  /// Places fit 24 bits.
  static constexpr slot_index max_slots = slot_index{1} << 24U;

  /// A place that nobody else has, or nowhere when all are taken. Its number is whatever it was.
  static slot_index take();
  static void give_back(slot_index taken);

  static std::atomic<std::uint32_t>& at(slot_index taken) noexcept {
    return (*chunks[taken / chunk_size].load(std::memory_order_relaxed))[taken % chunk_size];
  }

 private:
  static constexpr std::size_t chunk_size = 4096;
  using chunk = std::array<std::atomic<std::uint32_t>, chunk_size>;

  static inline constinit std::array<std::atomic<chunk*>, max_slots / chunk_size> chunks{};
};

}  // namespace midas
