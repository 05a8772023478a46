// The key by which a thread looks for a published token.
#pragma once

#include <midas/managed_identity.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace midas::detail {

/// The text of a request as the caller wrote it, so that a comparison neither normalizes nor
/// allocates; two spellings of one key are two lookups. Refers to the request, which must outlive
/// it.
struct token_lookup {
  /// The id of the token table, unique in the process.
  std::uint64_t table = 0;
  const managed_identity& identity;
  std::string_view resource;
  /// hash_of() the other three.
  std::uint64_t hash = 0;
};

inline std::uint64_t bytes_at(const char* text, std::size_t count) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, text, count);
  return word;
}

// Two words in each step, in two lanes that do not depend on each other.
inline std::uint64_t hash_text(std::string_view text, std::uint64_t seed) noexcept {
  constexpr std::uint64_t first_odd = 0x9e3779b97f4a7c15U;
  constexpr std::uint64_t second_odd = 0xd6e8feb86659fd93U;
  std::uint64_t first = seed + text.size();
  std::uint64_t second = seed ^ second_odd;
  const auto* at = text.data();
  auto left = text.size();
  for (; left >= 16; left -= 16, at += 16) {
    first = (first ^ bytes_at(at, 8)) * first_odd;
    second = (second ^ bytes_at(at + 8, 8)) * second_odd;
    first ^= first >> 29U;
    second ^= second >> 31U;
  }
  if (left >= 8) {
    first = (first ^ bytes_at(at, 8)) * first_odd;
    first ^= first >> 29U;
  }
  if (text.size() >= 8) {
    // The last eight bytes, which may overlap bytes that were hashed already.
    second = (second ^ bytes_at(at + left - 8, 8)) * second_odd;
  } else {
    second = (second ^ bytes_at(at, left)) * second_odd;
  }
  const auto mixed = (first ^ (second >> 32U) ^ (second << 32U)) * first_odd;
  return mixed ^ (mixed >> 32U);
}

/// Never 0.
inline std::uint64_t hash_of(std::uint64_t table, const managed_identity& identity,
                             std::string_view resource) noexcept {
  auto seed = table + static_cast<std::uint64_t>(identity.kind());
  if (!identity.id().empty()) {
    seed = hash_text(identity.id(), seed);
  }
  return hash_text(resource, seed) | 1U << 31U;
}

inline token_lookup make_lookup(std::uint64_t table, const managed_identity& identity,
                                std::string_view resource) noexcept {
  return {table, identity, resource, hash_of(table, identity, resource)};
}

}  // namespace midas::detail
