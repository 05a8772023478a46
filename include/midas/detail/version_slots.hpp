// One version number for each published token, adjacent in memory.
#pragma once

#include <midas/detail/export.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace midas::detail {

/// Thread-safe. Sixteen version numbers share a cache line, so that a thread that reads ten
/// thousand tokens finds their versions close together; tokens are published too rarely for false
/// sharing to matter. Memory is allocated as slots are taken, reused, and never freed.
class version_slots {
 public:
  using slot_index = std::uint32_t;

  /// Not a slot; must not be passed to at().
  static constexpr slot_index no_slot = 0;
  /// Slot indexes fit into 24 bits.
  static constexpr slot_index max_slots = slot_index{1} << 24U;

  /// An unused slot, or no_slot when all are taken. Its version keeps its previous value.
  static slot_index take();
  static void give_back(slot_index taken);

  static std::atomic<std::uint32_t>& at(slot_index taken) noexcept {
    return (*chunks[taken / chunk_size].load(std::memory_order_relaxed))[taken % chunk_size];
  }

 private:
  static constexpr std::size_t chunk_size = 4096;
  using chunk = std::array<std::atomic<std::uint32_t>, chunk_size>;

  MIDAS_DATA static std::array<std::atomic<chunk*>, max_slots / chunk_size> chunks;
};

}  // namespace midas::detail
