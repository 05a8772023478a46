// One thread's copy of a published token.
#pragma once

#include <midas/detail/biased_refcount.hpp>
#include <midas/detail/hit_counter.hpp>
#include <midas/detail/read_lease.hpp>
#include <midas/detail/token_lookup.hpp>

#include <cstdint>
#include <cstring>
#include <memory>
#include <new>

namespace midas::internal {
struct clock_reading;
struct published_slot;
}  // namespace midas::internal

namespace midas::detail {

/// A reference to the token, and the lease for handing it out. Used by its own thread only, except
/// as biased_refcount allows.
class cached_token final : public biased_refcount {
 public:
  /// What was found in the token table; defined in published/cached_token_origin.hpp.
  struct origin;

  /// Begins a cache line; the text that lookups compare follows the object in the same memory
  /// block. `hits` outlives every cache entry that refers to this object while it is current.
  static cached_token* make(const token_lookup& lookup, origin from, hit_counter& hits);
  // make() allocates the object and the text in one block.
  // NOLINTNEXTLINE(cert-dcl54-cpp,misc-new-delete-overloads)
  static void operator delete(void* memory) noexcept { ::operator delete(memory, alignment); }

  /// Ends the thread's own use. The object lives as long as an access_token refers to it.
  void drop() noexcept { release_bias(); }

  [[nodiscard]] bool matches(const token_lookup& lookup) const noexcept {
    const auto& id = lookup.identity.id();
    return table_ == lookup.table && kind_ == lookup.identity.kind() &&
           resource_size_ == lookup.resource.size() && id_size_ == id.size() &&
           std::memcmp(text(), lookup.resource.data(), resource_size_) == 0 &&
           (id_size_ == 0 || std::memcmp(text() + resource_size_, id.data(), id_size_) == 0);
  }

  [[nodiscard]] const read_lease& lease() const noexcept { return lease_; }

  /// Counts a hit. Call only through a cache entry that was just found to be current: otherwise the
  /// counter may have been destroyed.
  void count_hit() noexcept { hits_->add(); }

  /// True if the token may be handed out by the exact clocks; a new lease then begins.
  [[nodiscard]] bool extend_lease(const internal::clock_reading& now,
                                  const coarse_clock_reading& coarse) noexcept;

  [[nodiscard]] internal::published_slot& slot() const noexcept;
  /// The hash of the lookup that it was created for.
  [[nodiscard]] std::uint64_t hash() const noexcept;

 private:
  static constexpr std::align_val_t alignment{64};

  cached_token(const token_lookup& lookup, origin from, hit_counter& hits);
  ~cached_token() override;

  [[nodiscard]] const char* text() const noexcept {
    return reinterpret_cast<const char*>(this) + sizeof *this;
  }

  // In the first cache line, together with the counts of biased_refcount.
  read_lease lease_{};
  hit_counter* hits_;
  // In the second cache line, together with the beginning of the text.
  std::uint64_t table_;
  std::uint32_t resource_size_;
  std::uint32_t id_size_;
  identity_kind kind_;
  // Not needed by a lookup.
  std::unique_ptr<origin> origin_;
};

}  // namespace midas::detail
